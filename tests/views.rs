//! What the page's policy asks of views. Trusted types refuse markup made of a string, and `style-src` refuses `style`
//! attributes: a view that made one would break the page, so it is named here.

#[path = "shared/rust_files.rs"]
mod rust_files;

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use rstml::Infallible;
use rstml::node::{KeyedAttributeValue, Node, NodeAttribute, NodeElement, NodeName};
use rust_files::rust_files;
use syn3::{Expr, Lit};

/// What stands in each `view!` of some tokens.
fn views(tokens: TokenStream, found: &mut Vec<TokenStream>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    for (place, token) in tokens.iter().enumerate() {
        let TokenTree::Group(group) = token else {
            continue;
        };
        let is_view = place >= 2
            && tokens[place - 2].to_string() == "view"
            && tokens[place - 1].to_string() == "!"
            && group.delimiter() == Delimiter::Brace;
        if is_view {
            found.push(group.stream());
        }
        views(group.stream(), found);
    }
}

/// Whether Leptos makes an element of a string: where it holds, with all within it, nothing but literals.
fn is_literal(element: &NodeElement<Infallible>) -> bool {
    let has_more = |element: &NodeElement<Infallible>| {
        !element.attributes().is_empty() || !element.children.is_empty()
    };
    fn only_literals(element: &NodeElement<Infallible>) -> bool {
        let name = element.name().to_string();
        let is_component =
            name.starts_with(|letter: char| letter.is_uppercase()) || name.contains("::");
        !is_component
            && element.attributes().iter().all(is_literal_attribute)
            && element.children.iter().all(|child| match child {
                Node::Text(_) | Node::RawText(_) => true,
                Node::Element(element) => only_literals(element),
                _ => false,
            })
    }
    has_more(element) && only_literals(element)
}

fn is_literal_attribute(attribute: &NodeAttribute) -> bool {
    let NodeAttribute::Attribute(attribute) = attribute else {
        return false;
    };
    let key = attribute.key.to_string();
    let has_prefix = ["style:", "prop:", "on:", "use:", "bind"]
        .iter()
        .any(|prefix| key.starts_with(prefix));
    let is_literal = match &attribute.possible_value {
        KeyedAttributeValue::None => true,
        KeyedAttributeValue::Value(_) => matches!(
            attribute.value(),
            Some(Expr::Lit(literal)) if matches!(literal.lit, Lit::Str(_)) && !has_prefix
        ),
        KeyedAttributeValue::Binding(_) => false,
    };
    !matches!(attribute.key, NodeName::Block(_)) && is_literal
}

/// Whether an element gets an attribute `style`. A pair of a property and its value goes through the object model.
fn has_style(element: &NodeElement<Infallible>) -> bool {
    element
        .attributes()
        .iter()
        .any(|attribute| match attribute {
            NodeAttribute::Attribute(attribute) if attribute.key.to_string() == "style" => {
                !matches!(attribute.value(), Some(Expr::Tuple(_)))
            }
            _ => false,
        })
}

/// Tells of the elements in a node that the policy refuses. `is_root`: alone at the top of a view.
fn refuse(node: &Node, is_root: bool, wrong: &mut Vec<String>) {
    let children = match node {
        Node::Element(element) => {
            let name = element.name();
            if has_style(element) {
                wrong.push(format!(
                    "<{name}> has a style: write style=(\"property\", value)"
                ));
            }
            if !is_root && is_literal(element) {
                wrong.push(format!(
                    "<{name}> is made of literals alone: put one of them in braces"
                ));
                return;
            }
            &element.children
        }
        Node::Fragment(fragment) => &fragment.children,
        _ => return,
    };
    for child in children {
        refuse(child, false, wrong);
    }
}

fn refusals(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    views(code.parse().unwrap(), &mut found);
    let mut wrong = Vec::new();
    for view in found {
        let nodes = rstml::parse2(view).unwrap();
        for node in &nodes {
            refuse(node, nodes.len() == 1, &mut wrong);
        }
    }
    wrong
}

#[test]
fn views_make_nothing_that_the_policy_refuses() {
    let mut wrong = Vec::new();
    for path in rust_files("src/ui") {
        let code = std::fs::read_to_string(&path).unwrap();
        let file = path.display();
        wrong.extend(
            refusals(&code)
                .into_iter()
                .map(|what| format!("{file}: {what}")),
        );
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn scripts_are_started_in_one_place() {
    for path in rust_files("src/ui") {
        let code = std::fs::read_to_string(&path).unwrap();
        for call in ["Worker::new", ".register(", "set_inner_html", "inner_html="] {
            let is_own = path.ends_with("trusted.rs") || code.contains("trusted::register");
            assert!(
                is_own || !code.contains(call),
                "{} calls {call}: the page's policy refuses it, see ui/trusted.rs",
                path.display()
            );
        }
    }
}

#[test]
fn what_leptos_takes_for_markup_is_found() {
    for (view, count) in [
        ("<p>\"a\"</p>", 0),
        ("<p>{text}</p>", 0),
        ("<div><p>\"a\"</p></div>", 1),
        ("<div><p>{\"a\"}</p></div>", 0),
        ("<div><p></p><p class=\"a\"></p></div>", 1),
        ("<div><p class={\"a\"}></p></div>", 0),
        ("<div><p on:click=f>\"a\"</p></div>", 0),
        ("<div><Thing a=\"b\" /></div>", 0),
        ("<div><ul a=\"b\"><li>\"a\"</li><li>{b}</li></ul></div>", 1),
        ("<p style=width>\"a\"</p>", 1),
        ("<p style=(\"width\", width)>{a}</p>", 0),
        ("<p>\"a\"</p><p>\"b\"</p>", 2),
    ] {
        let code = format!("fn f() {{ g(view! {{ {view} }}) }}");
        assert_eq!(refusals(&code).len(), count, "{view}");
    }
}

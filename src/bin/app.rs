fn main() {
    #[cfg(target_arch = "wasm32")]
    tabtune::ui::mount();
}

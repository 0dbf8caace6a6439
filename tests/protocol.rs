//! The form of every message, frozen: page and worker of different builds must not misread each other.
//! Who changes a form here raises `PROTOCOL_VERSION`.

use std::collections::{BTreeSet, HashSet};
use std::fmt::Debug;

use serde::Serialize;
use serde::de::DeserializeOwned;
use tabtune::protocol::{Command, Event, PROTOCOL_VERSION};

const COMMANDS: &[&str] = &[
    r#"{"Start":{"id":1,"version":7,"device":"Auto","no_gpu":null,"base_url":"http://localhost/","hub_url":"https://huggingface.co/","hub_allowed":true}}"#,
    r#"{"Start":{"id":1,"version":6,"device":"Cpu","no_gpu":{"SoftwareAdapter":{"adapter":"SwiftShader"}},"base_url":"http://localhost/","hub_url":"","hub_allowed":false}}"#,
    r#"{"LoadEncoder":{"id":2,"encoder":{"Origin":{"id":"tiny-bert"}}}}"#,
    r#"{"LoadEncoder":{"id":2,"encoder":{"Folder":{"name":"mine","paths":["mine/config.json"]}}}}"#,
    r#"{"LoadEncoder":{"id":2,"encoder":{"Zip":{"name":"mine.zip"}}}}"#,
    r#"{"LoadEncoder":{"id":2,"encoder":{"Hub":{"repository":"owner/name","revision":"ab"}}}}"#,
    r#"{"DescribeHub":{"id":10,"repository":"owner/name"}}"#,
    r#"{"ForgetHub":{"id":11,"repository":"owner/name"}}"#,
    r#"{"OpenTable":{"id":3,"source":{"Sample":{"name":"uci"}},"options":{"encoding":null,"sheet":null}}}"#,
    r#"{"OpenTable":{"id":3,"source":{"File":{"name":"own.csv"}},"options":{"encoding":"gb18030","sheet":null}}}"#,
    r#"{"OpenTable":{"id":3,"source":{"File":{"name":"own.xlsx"}},"options":{"encoding":null,"sheet":1}}}"#,
    r#"{"OpenTable":{"id":3,"source":"Pasted","options":{"encoding":null,"sheet":null}}}"#,
    r#"{"UseColumns":{"id":4,"columns":{"text":0,"label":1,"split":null},"problem":"SingleLabel","split":{"validation":0.15,"test":0.15,"seed":0}}}"#,
    r#"{"UseColumns":{"id":4,"columns":{"text":0,"label":1,"split":null},"problem":{"MultiLabel":{"separator":"|"}},"split":{"validation":0.15,"test":0.15,"seed":0}}}"#,
    r#"{"UseColumns":{"id":4,"columns":{"text":0,"label":1,"split":null},"problem":"Regression","split":{"validation":0.15,"test":0.15,"seed":0}}}"#,
    r#"{"Train":{"id":5,"config":{"method":"lora","lora":{"rank":8,"alpha":16.0,"dropout":0.1,"target_modules":["query","value"],"use_rslora":false,"loraplus_lr_ratio":1.0},"pooling":"mean","head_dropout":0.1,"encoder_dropout":0.0,"max_length":64,"epochs":4,"batch_size":16,"gradient_accumulation_steps":1,"sampling":"shuffle","optimizer":"adamw","learning_rate":0.002,"momentum":0.9,"weight_decay":0.01,"lr_scheduler_type":"linear","warmup_ratio":0.06,"max_grad_norm":1.0,"label_smoothing_factor":0.0,"class_weights":"uniform","adversarial":null,"early_stopping":null,"load_best_model_at_end":false,"metric_for_best_model":"loss","seed":0},"resume":false,"paused":false}}"#,
    r#"{"Train":{"id":5,"config":{"method":{"last_layers":{"layers":2,"unfreeze_every":1}},"lora":{"rank":8,"alpha":16.0,"dropout":0.1,"target_modules":["key","attention_output","intermediate","output"],"use_rslora":false,"loraplus_lr_ratio":1.0},"pooling":"mean","head_dropout":0.1,"encoder_dropout":0.0,"max_length":64,"epochs":4,"batch_size":16,"gradient_accumulation_steps":1,"sampling":"shuffle","optimizer":"adamw","learning_rate":0.002,"momentum":0.9,"weight_decay":0.01,"lr_scheduler_type":"linear","warmup_ratio":0.06,"max_grad_norm":1.0,"label_smoothing_factor":0.0,"class_weights":"uniform","adversarial":{"epsilon":1.0},"early_stopping":{"patience":3},"load_best_model_at_end":false,"metric_for_best_model":"loss","seed":0},"resume":false,"paused":true}}"#,
    r#"{"Pause":{"id":6}}"#,
    r#"{"Resume":{"id":7}}"#,
    r#"{"Stop":{"id":8}}"#,
    r#"{"Predict":{"id":9,"text":"good"}}"#,
    r#"{"ListExamples":{"id":14,"filter":"Mistakes","offset":0,"limit":20}}"#,
    r#"{"ListExamples":{"id":14,"filter":{"Cell":{"label":0,"predicted":1}},"offset":20,"limit":20}}"#,
    r#"{"Export":{"id":12,"form":"Adapter"}}"#,
    r#"{"Export":{"id":12,"form":"Merged"}}"#,
    r#"{"Export":{"id":12,"form":"Tabtune"}}"#,
    r#"{"OpenModel":{"id":13,"source":{"File":{"name":"sms.tabtune-model"}}}}"#,
    r#"{"OpenModel":{"id":13,"source":{"Folder":{"name":"mine","paths":["mine/adapter_config.json"]}}}}"#,
    r#"{"OpenTable":{"id":3,"source":"Typed","options":{"encoding":null,"sheet":null}}}"#,
    r#"{"ListRows":{"id":20,"filter":"All","offset":0,"limit":100}}"#,
    r#"{"ListRows":{"id":20,"filter":{"Label":"yes"},"offset":0,"limit":100}}"#,
    r#"{"ListRows":{"id":20,"filter":{"Search":"good"},"offset":0,"limit":100}}"#,
    r#"{"EditTable":{"id":21,"edit":{"Set":{"row":1,"column":0,"text":"good"}}}}"#,
    r#"{"EditTable":{"id":21,"edit":{"Relabel":{"rows":{"filter":"Conflicts","from":0,"count":2},"label":"yes"}}}}"#,
    r#"{"EditTable":{"id":21,"edit":{"Delete":{"filter":"EmptyText","from":0,"count":2}}}}"#,
    r#"{"EditTable":{"id":21,"edit":{"Add":{"text":"good","label":"yes"}}}}"#,
    r#"{"EditTable":{"id":21,"edit":{"Mend":"RemoveDuplicates"}}}"#,
    r#"{"EditTable":{"id":21,"edit":"Undo"}}"#,
    r#"{"RestoreEdits":{"id":22}}"#,
    r#"{"HoldOut":{"id":23,"source":{"File":{"name":"test.csv"}},"options":{"encoding":null,"sheet":null},"part":"Test","columns":{"text":0,"label":1,"split":null}}}"#,
    r#"{"ChangeHeldOut":{"id":24,"part":"Validation"}}"#,
    r#"{"ChangeHeldOut":{"id":24,"part":null}}"#,
    r#"{"MeasureLengths":{"id":25}}"#,
    r#"{"PredictTexts":{"id":15,"texts":["good","bad"],"precision":"Float32"}}"#,
    r#"{"OpenTexts":{"id":16,"name":"mails.csv","options":{"encoding":null,"sheet":null}}}"#,
    r#"{"PredictTable":{"id":17,"request":{"column":1,"verdict":{"unsure_below":0.75,"positive":{"label":"spam","probability":0.25}},"mark":true,"precision":"Int8"}}}"#,
    r#"{"PredictTable":{"id":17,"request":{"column":1,"verdict":{"unsure_below":null,"positive":null},"mark":false,"precision":"Float32"}}}"#,
    r#"{"StopTable":{"id":18}}"#,
    r#"{"DescribeUse":{"id":19}}"#,
    r#"{"Step":{"id":15}}"#,
    r#"{"SetLearningRate":{"id":16,"learning_rate":0.001}}"#,
    r#"{"Estimate":{"id":17,"config":{"method":"lora","lora":{"rank":8,"alpha":16.0,"dropout":0.1,"target_modules":["query","value"],"use_rslora":false,"loraplus_lr_ratio":1.0},"pooling":"mean","head_dropout":0.1,"encoder_dropout":0.0,"max_length":64,"epochs":4,"batch_size":16,"gradient_accumulation_steps":1,"sampling":"shuffle","optimizer":"adamw","learning_rate":0.002,"momentum":0.9,"weight_decay":0.01,"lr_scheduler_type":"linear","warmup_ratio":0.06,"max_grad_norm":1.0,"label_smoothing_factor":0.0,"class_weights":"uniform","adversarial":null,"early_stopping":null,"load_best_model_at_end":false,"metric_for_best_model":"loss","seed":0},"again":false}}"#,
    r#"{"Ping":{"id":26}}"#,
];

const EVENTS: &[&str] = &[
    r#""Listening""#,
    r#"{"Ready":{"id":1,"version":6,"device":{"kind":"Gpu","name":"Apple M3","threads":1,"int8":false,"float16":true,"reason":"Verified"},"encoders":[{"id":"tiny-bert","source":"owner/tiny-bert","license":"MIT","description":"Small.","files":[{"name":"config.json","bytes":600,"sha256":"00"}]}]}}"#,
    r#"{"EncoderProgress":{"id":2,"loaded":1.0,"total":2.0}}"#,
    r#"{"EncoderLoaded":{"id":2,"encoder":{"id":"tiny-bert","layers":2,"hidden_size":32,"vocab_size":800,"parameters":1,"max_length":64,"surplus":[]}}}"#,
    r#"{"HubStored":{"id":2,"repository":"owner/name","problem":null}}"#,
    r#"{"HubStored":{"id":2,"repository":"owner/name","problem":{"kind":"Network","message":"No room.","hint":"Make some.","recoverable":true,"reason":null}}}"#,
    r#"{"HubDescribed":{"id":10,"found":{"address":"https://huggingface.co/owner/name","description":{"repository":"owner/name","revision":"ab","license":"mit","files":[{"name":"config.json","bytes":600,"sha256":null},{"name":"model.safetensors","bytes":700,"sha256":"00"}]},"stored":false}}}"#,
    r#"{"HubForgotten":{"id":11,"repository":"owner/name"}}"#,
    r#"{"TableOpened":{"id":3,"table":{"name":"uci","format":{"Delimited":{"delimiter":","}},"text":{"encoding":"UTF-8","found":"Valid","malformed":0},"columns":["text","label"],"rows":1,"preview":[["good","yes"]],"guess":{"text":0,"label":1,"split":null},"problems":["SingleLabel","SingleLabel"]}}}"#,
    r#"{"TableOpened":{"id":3,"table":{"name":"own.json","format":"Json","text":{"encoding":"UTF-16LE","found":"Mark","malformed":1},"columns":["text","label"],"rows":1,"preview":[["good","yes"]],"guess":{"text":0,"label":1,"split":null},"problems":["SingleLabel","SingleLabel"]}}}"#,
    r#"{"TableOpened":{"id":3,"table":{"name":"own.jsonl","format":"JsonLines","text":{"encoding":"gb18030","found":"Chosen","malformed":0},"columns":["text","label"],"rows":1,"preview":[["good","yes"]],"guess":{"text":0,"label":1,"split":null},"problems":["SingleLabel","SingleLabel"]}}}"#,
    r#"{"TableOpened":{"id":3,"table":{"name":"own.xlsx","format":{"Xlsx":{"sheets":["A","B"],"sheet":1,"errors":2}},"text":null,"columns":["text","label"],"rows":1,"preview":[["good","yes"]],"guess":{"text":0,"label":1,"split":null},"problems":["SingleLabel","SingleLabel"]}}}"#,
    r#"{"DatasetReady":{"id":4,"summary":{"name":"uci","examples":{"train":1,"validation":2,"test":3},"targets":{"SingleLabel":{"labels":[{"label":"yes","examples":{"train":1,"validation":2,"test":3}}]}},"split_from_table":true,"empty_texts":0}}}"#,
    r#"{"DatasetReady":{"id":4,"summary":{"name":"own.csv","examples":{"train":2,"validation":2,"test":3},"targets":{"MultiLabel":{"labels":[{"label":"yes","examples":{"train":1,"validation":2,"test":3}}],"unlabelled":{"train":1,"validation":0,"test":0}}},"split_from_table":false,"empty_texts":1}}}"#,
    r#"{"DatasetReady":{"id":4,"summary":{"name":"own.csv","examples":{"train":2,"validation":0,"test":0},"targets":{"Regression":{"train":{"minimum":1.0,"maximum":2.0,"mean":1.5,"standard_deviation":0.5},"validation":null,"test":null}},"split_from_table":true,"empty_texts":0}}}"#,
    r#"{"TrainingStarted":{"id":5,"plan":{"steps":8,"steps_per_epoch":2,"trainable_parameters":3,"frozen_parameters":4},"step":0}}"#,
    r#"{"TrainingProgress":{"id":5,"steps":[{"step":1,"loss":0.7,"learning_rate":0.001,"grad_norm":1.0,"tokens":9,"examples":2}],"pace":{"tokens_per_second":100.0,"examples_per_second":10.0,"elapsed":1.5,"left":2.0,"memory":90000000.0}}}"#,
    r#"{"EvaluationProgress":{"id":5,"split":"Validation","done":1,"total":2}}"#,
    r#"{"EvaluationProgress":{"id":5,"split":"Untrained","done":1,"total":2}}"#,
    r#"{"Validated":{"id":5,"validation":{"epoch":1,"step":2,"loss":0.5,"scores":[{"metric":"accuracy","value":0.75}]}}}"#,
    r#"{"Checkpointed":{"id":5,"step":2}}"#,
    r#"{"TrainingEnded":{"id":5,"result":{"step":8,"end":"Completed","best_step":6,"seconds":3.5,"report":{"Regression":{"examples":1,"metrics":{"mean_squared_error":4.0,"root_mean_squared_error":2.0,"mean_absolute_error":2.0,"r_squared":null,"pearson":null,"spearman":null},"root_mean_squared_error_interval":{"level":0.95,"lower":2.0,"upper":2.0},"values":[{"truth":1.0,"predicted":3.0}],"residuals":[{"from":1.5,"up_to":2.5,"count":1}]}},"baseline":{"method":"nearest_centroid","accuracy":0.75,"macro_f1":0.5,"majority_share":0.25}}}}"#,
    r#"{"TrainingEnded":{"id":5,"result":{"step":8,"end":{"NotFinite":{"step":9,"loss":1.5}},"best_step":null,"seconds":3.5,"report":null,"baseline":null}}}"#,
    r#"{"Paused":{"id":6,"step":2}}"#,
    r#"{"Resumed":{"id":7}}"#,
    r#"{"Stopping":{"id":8}}"#,
    r#"{"Predicted":{"id":9,"prediction":{"text":"good","probabilities":[{"label":"yes","probability":0.9}],"labels":["yes"],"value":null,"tokens":3,"milliseconds":4.5}}}"#,
    r#"{"ExamplesListed":{"id":14,"page":{"total":21,"examples":[{"text":"good","truth":["yes"],"predicted":["no"],"probability":0.75},{"text":"4","truth":["4"],"predicted":["3.5"],"probability":null}]}}}"#,
    r#"{"Exported":{"id":12,"form":"Tabtune","name":"sms.tabtune-model"}}"#,
    r#"{"FetchingEncoder":{"id":13,"encoder":"tiny-bert"}}"#,
    r#"{"ModelOpened":{"id":13,"model":{"name":"sms.tabtune-model","encoder":"tiny-bert","other_encoder":null,"problem":"SingleLabel","labels":["ham","spam"],"data":"sms","method":"lora","report":null},"fetched":{"id":"tiny-bert","layers":2,"hidden_size":32,"vocab_size":800,"parameters":1,"max_length":64,"surplus":[]}}}"#,
    r#"{"ModelOpened":{"id":13,"model":{"name":"mine","encoder":"tiny-bert","other_encoder":"owner/large","problem":"Regression","labels":[],"data":null,"method":null,"report":{"Regression":{"examples":1,"metrics":{"mean_squared_error":4.0,"root_mean_squared_error":2.0,"mean_absolute_error":2.0,"r_squared":null,"pearson":null,"spearman":null},"root_mean_squared_error_interval":{"level":0.95,"lower":2.0,"upper":2.0},"values":[{"truth":1.0,"predicted":3.0}],"residuals":[{"from":1.5,"up_to":2.5,"count":1}]}}},"fetched":null}}"#,
    r#"{"Failed":{"id":9,"error":{"kind":"State","message":"There is no model.","hint":"Train one.","recoverable":true,"reason":{"code":"state-error-no-model","arguments":{}}}}}"#,
    r#"{"Failed":{"id":3,"error":{"kind":"Encoding","message":"Odd.","hint":"Choose another encoding.","recoverable":true,"reason":{"code":"table-error","arguments":{"file":{"Text":"a.csv"},"problem":{"Reason":{"code":"table-problem-nul-character","arguments":{"line":{"Number":3.0}}}},"rows":{"List":{"items":[{"Number":1.0}],"more":2}}}}}}}"#,
    r#"{"Requested":{"count":{"own_origin":4,"elsewhere":1}}}"#,
    r#"{"Lost":{"error":{"kind":"Device","message":"Gone.","hint":"Go on.","recoverable":false,"reason":null}}}"#,
    r#"{"TableOpened":{"id":3,"table":{"name":"Typed examples","format":"Typed","text":null,"columns":["text","label"],"rows":0,"preview":[],"guess":{"text":0,"label":1,"split":null},"problems":["SingleLabel","SingleLabel"]}}}"#,
    r#"{"TableChecked":{"id":21,"status":{"rows":5,"held_out":{"name":"test.csv","part":"Test","rows":2},"can_undo":true,"can_redo":false,"health":{"duplicates":1,"conflicts":2,"empty_texts":0,"empty_labels":0,"leaks":0},"labels":["no","yes"]}}}"#,
    r#"{"RowsListed":{"id":20,"page":{"filter":"Duplicates","total":1,"offset":0,"columns":[0,1],"rows":[{"row":4,"part":"Train","cells":[{"text":"good","cut":false},{"text":"yes","cut":false}]}]}}}"#,
    r#"{"TableEdited":{"id":21,"outcome":{"Usable":{"name":"uci","examples":{"train":1,"validation":2,"test":3},"targets":{"SingleLabel":{"labels":[]}},"split_from_table":true,"empty_texts":0}}}}"#,
    r#"{"TableEdited":{"id":21,"outcome":{"Unusable":{"kind":"Data","message":"No rows.","hint":"Add some.","recoverable":true,"reason":null}}}}"#,
    r#"{"LengthsMeasured":{"id":25,"lengths":{"unit":"Tokens","measured":2,"texts":2,"counts":[0,1,1],"mean":1.5,"longest":2,"percentile_95":2}}}"#,
    r#"{"TextsPredicted":{"id":15,"predictions":[{"text":"4","probabilities":[],"labels":[],"value":4.5,"tokens":3,"milliseconds":4.5}]}}"#,
    r#"{"TextsOpened":{"id":16,"table":{"name":"mails.csv","format":{"Delimited":{"delimiter":","}},"text":{"encoding":"UTF-8","found":"Valid","malformed":0},"columns":["mail"],"rows":1,"preview":[["good"]],"guess":{"text":0,"label":1,"split":null},"problems":["SingleLabel"]}}}"#,
    r#"{"TableProgress":{"id":17,"done":32,"total":100}}"#,
    r#"{"TablePredicted":{"id":17,"outcome":{"Done":{"name":"mails-predictions.csv","rows":100,"empty":1,"unsure":2,"precision":"Int8","labels":[{"label":"spam","rows":99}]}}}}"#,
    r#"{"TablePredicted":{"id":17,"outcome":{"Stopped":{"done":32}}}}"#,
    r#"{"TableStopping":{"id":18}}"#,
    r#"{"UseDescribed":{"id":19,"snippets":[{"form":"Merged","language":"Python","code":"import torch"},{"form":"Tabtune","language":"Rust","code":"fn main() {}"},{"form":"Tabtune","language":"Terminal","code":"cargo run"}]}}"#,
    r#"{"Stepped":{"id":15,"step":3}}"#,
    r#"{"LearningRateSet":{"id":16,"step":3,"learning_rate":0.001}}"#,
    r#"{"Estimated":{"id":17,"estimate":{"once":0.5,"epoch":20.0,"test":3.0,"baseline":9.0,"memory":90000000.0}}}"#,
    r#"{"Estimated":{"id":17,"estimate":null}}"#,
    r#"{"Pong":{"id":26,"turn":7}}"#,
    r#"{"Pong":{"id":26,"turn":null}}"#,
    r#"{"Occupied":{"seconds":180.0}}"#,
    r#"{"ChunkMissing":{"missing":true}}"#,
];

/// Each form reads, and writes back to itself.
fn check<T: Serialize + DeserializeOwned + Debug>(forms: &[&str]) -> BTreeSet<String> {
    let messages = forms.iter().map(|form| {
        let message: T =
            serde_json::from_str(form).unwrap_or_else(|error| panic!("{error}: {form}"));
        assert_eq!(serde_json::to_string(&message).unwrap(), *form);
        format!("{message:?}")
            .split([' ', '{'])
            .next()
            .unwrap_or_default()
            .to_owned()
    });
    messages.collect()
}

#[test]
fn commands_keep_their_form() {
    assert_eq!(PROTOCOL_VERSION, 8);
    assert_eq!(
        check::<Command>(COMMANDS).len(),
        29,
        "every command stands here"
    );
}

#[test]
fn events_keep_their_form() {
    assert_eq!(check::<Event>(EVENTS).len(), 42, "every event stands here");
}

/// Does not compile when a variant is added: it needs a form above.
#[test]
fn no_variant_is_left_out() {
    let command = |command: &Command| match command {
        Command::Start { .. }
        | Command::LoadEncoder { .. }
        | Command::DescribeHub { .. }
        | Command::ForgetHub { .. }
        | Command::OpenTable { .. }
        | Command::UseColumns { .. }
        | Command::Train { .. }
        | Command::Pause { .. }
        | Command::Resume { .. }
        | Command::Stop { .. }
        | Command::Predict { .. }
        | Command::ListExamples { .. }
        | Command::Export { .. }
        | Command::OpenModel { .. }
        | Command::ListRows { .. }
        | Command::EditTable { .. }
        | Command::RestoreEdits { .. }
        | Command::HoldOut { .. }
        | Command::ChangeHeldOut { .. }
        | Command::MeasureLengths { .. }
        | Command::PredictTexts { .. }
        | Command::OpenTexts { .. }
        | Command::PredictTable { .. }
        | Command::StopTable { .. }
        | Command::DescribeUse { .. }
        | Command::Step { .. }
        | Command::SetLearningRate { .. }
        | Command::Estimate { .. }
        | Command::Ping { .. } => command.id(),
    };
    for (form, id) in COMMANDS.iter().zip([
        1, 1, 2, 2, 2, 2, 10, 11, 3, 3, 3, 3, 4, 4, 4, 5, 5, 6, 7, 8, 9, 14, 14, 12, 12, 12, 13,
        13, 3, 20, 20, 20, 21, 21, 21, 21, 21, 21, 22, 23, 24, 24, 25, 15, 16, 17, 17, 18, 19, 15,
        16, 17, 26,
    ]) {
        assert_eq!(command(&serde_json::from_str(form).unwrap()), id);
    }
    let terminal = |event: &Event| match event {
        Event::Ready { .. }
        | Event::EncoderLoaded { .. }
        | Event::HubDescribed { .. }
        | Event::HubForgotten { .. }
        | Event::TableOpened { .. }
        | Event::DatasetReady { .. }
        | Event::TrainingEnded { .. }
        | Event::Paused { .. }
        | Event::Resumed { .. }
        | Event::Stopping { .. }
        | Event::Predicted { .. }
        | Event::ExamplesListed { .. }
        | Event::Exported { .. }
        | Event::ModelOpened { .. }
        | Event::RowsListed { .. }
        | Event::TableEdited { .. }
        | Event::LengthsMeasured { .. }
        | Event::TextsPredicted { .. }
        | Event::TextsOpened { .. }
        | Event::TablePredicted { .. }
        | Event::TableStopping { .. }
        | Event::UseDescribed { .. }
        | Event::Stepped { .. }
        | Event::LearningRateSet { .. }
        | Event::Estimated { .. }
        | Event::Pong { .. }
        | Event::Failed { .. }
        | Event::Lost { .. } => true,
        Event::Listening
        | Event::EncoderProgress { .. }
        | Event::HubStored { .. }
        | Event::Requested { .. }
        | Event::FetchingEncoder { .. }
        | Event::TrainingStarted { .. }
        | Event::TrainingProgress { .. }
        | Event::EvaluationProgress { .. }
        | Event::Validated { .. }
        | Event::Checkpointed { .. }
        | Event::TableChecked { .. }
        | Event::TableProgress { .. }
        | Event::Occupied { .. }
        | Event::ChunkMissing { .. } => false,
    };
    // A variant may stand here in several forms.
    let terminals: HashSet<_> = EVENTS
        .iter()
        .map(|form| serde_json::from_str::<Event>(form).unwrap())
        .filter(terminal)
        .map(|event| std::mem::discriminant(&event))
        .collect();
    assert_eq!(
        terminals.len(),
        28,
        "one for each command, failure and loss; the changes of a table share one"
    );
}

//! Resuming on flex, natively: in a process of its own, for dropout draws from the device's one random state.

mod golden;

#[test]
fn a_resumed_run_gives_the_same_losses() {
    let subject = golden::Subject {
        device: tabtune::device::cpu(),
        tolerance: golden::CPU,
    };
    pollster::block_on(golden::check_resume(&subject));
}

//! Makes the kernel have the addresses.
//!
//! reads    `AddressSpecs` (strong); holds each that it may have given to the kernel
//! writes   nothing
//! touches  the kernel's table
//!
//! A missing link is not an error: its arrival wakes us.

use cosi::{BoxError, Context, Controller, Declaration, Resource, Waker, sim::Interrupted, strong};

use crate::{
    Bug,
    kernel::{Kernel, Table},
    resources::{Address, NS},
};

static DECLARATION: Declaration =
    Declaration { name: "example.Apply", inputs: &[strong::<Address>(NS)], outputs: &[] };

pub(crate) struct Apply {
    bug: Option<Bug>,
    kernel: Kernel,
    waker: Option<Waker>,
}

impl Apply {
    pub(crate) fn new(kernel: Kernel, bug: Option<Bug>) -> Self {
        Self { bug, kernel, waker: None }
    }

    fn listen(&self) -> Result<(), Interrupted> {
        self.waker.as_ref().map_or(Ok(()), |waker| self.kernel.wake(waker))
    }

    fn apply(&self, cx: &Context<'_>, step: &Step) -> Result<(), BoxError> {
        match step {
            Step::Hold(id) => cx.add_finalizer::<Address>(NS, id)?,
            Step::Add(id, prefix) => self.kernel.add(id, *prefix)?,
            Step::Remove(id) => self.kernel.remove(id)?,
            Step::Release(id) => cx.remove_finalizer::<Address>(NS, id)?,
        }
        Ok(())
    }
}

impl Controller for Apply {
    fn declaration(&self) -> &'static Declaration {
        &DECLARATION
    }

    fn start(&mut self, waker: Waker) {
        self.waker = Some(waker);
    }

    fn reconcile(&mut self, cx: &mut Context<'_>) -> Result<(), BoxError> {
        if self.bug != Some(Bug::LostWakeup) {
            self.listen()?;
        }
        let wanted = cx.list::<Address>(NS)?;
        let table = self.kernel.look()?;
        let mut steps = plan(&wanted, table.as_ref());
        if self.bug == Some(Bug::EarlyRelease) {
            steps.sort_by_key(|step| !matches!(step, Step::Release(_)));
        }
        steps.iter().try_for_each(|step| self.apply(cx, step))?;
        if self.bug == Some(Bug::LostWakeup) {
            self.listen()?;
        }
        Ok(())
    }
}

/// Everything this controller can do.
#[derive(Debug, PartialEq, Eq)]
enum Step {
    Hold(String),
    Add(String, u32),
    Remove(String),
    Release(String),
}

/// tearing down | link | present | steps
/// -------------|------|---------|--------------------------------------------
/// no           | no   | –       | nothing; the link will wake us
/// no           | yes  | no      | Hold, Add    (held first: a crash between leaks nothing)
/// no           | yes  | yes     | Hold
/// no           | yes  | other   | Hold, Add, which replaces
/// yes          | –    | no      | Release
/// yes          | yes  | yes     | Remove, Release
///
/// A link that is down has no addresses.
fn plan(wanted: &[Resource<Address>], table: Option<&Table>) -> Vec<Step> {
    let mut steps = Vec::new();
    for address in wanted {
        let id = || address.id().to_string();
        let present = table.and_then(|table| table.get(&**address.id()));
        if address.metadata.is_tearing_down() {
            if present.is_some() {
                steps.push(Step::Remove(id()));
            }
            steps.push(Step::Release(id()));
        } else if table.is_some() {
            steps.push(Step::Hold(id()));
            if present != Some(&address.spec.prefix) {
                steps.push(Step::Add(id(), address.spec.prefix));
            }
        }
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plans_as_the_table_says() {
        let wanted = [
            Resource::new(NS, "10.0.0.1", Address { layer: 0, prefix: 24 }),
            Resource::new(NS, "10.0.0.2", Address { layer: 0, prefix: 24 }),
        ];
        let hold = |id: &str| Step::Hold(id.to_owned());
        let table = Table::from([("10.0.0.1".to_owned(), 24), ("10.0.0.2".to_owned(), 8)]);
        assert_eq!(plan(&wanted, None), []);
        assert_eq!(
            plan(&wanted, Some(&table)),
            [hold("10.0.0.1"), hold("10.0.0.2"), Step::Add("10.0.0.2".to_owned(), 24)]
        );
    }
}

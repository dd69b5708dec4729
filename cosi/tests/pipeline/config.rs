//! Makes one resource of each line of the document.
//!
//! reads    `Documents` (weak)
//! writes   `AddressConfigs`

use cosi::{BoxError, Context, Controller, Declaration, exclusive, weak};

use crate::resources::{Document, Line, NS};

static DECLARATION: Declaration = Declaration {
    name: "example.Config",
    inputs: &[weak::<Document>(NS)],
    outputs: &[exclusive::<Line>()],
};

pub(crate) struct Config;

impl Controller for Config {
    fn declaration(&self) -> &'static Declaration {
        &DECLARATION
    }

    fn reconcile(&mut self, cx: &mut Context<'_>) -> Result<(), BoxError> {
        let documents = cx.list::<Document>(NS)?;
        let lines = documents.iter().flat_map(|document| document.spec.lines.clone());
        Ok(cx.converge(NS, lines.map(|line| (line.id(), line)))?)
    }
}

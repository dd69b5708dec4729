//! Reads templates, character by character.

use serde_json::Value;

use super::{Operator, Step, TemplateError, Test};

/// The template being read.
pub(super) struct Scanner {
    chars: Vec<char>,
    at: usize,
}

impl Scanner {
    /// At the beginning of a text.
    pub(super) fn new(text: &str) -> Self {
        Self { chars: text.chars().collect(), at: 0 }
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    pub(super) fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += 1;
        Some(c)
    }

    fn take(&mut self, wanted: &str) -> bool {
        let found =
            wanted.chars().enumerate().all(|(i, c)| self.chars.get(self.at + i) == Some(&c));
        if found {
            self.at += wanted.chars().count();
        }
        found
    }

    fn blanks(&mut self) {
        while self.peek() == Some(' ') {
            self.at += 1;
        }
    }

    pub(super) fn wrong(&self, rule: &'static str) -> TemplateError {
        TemplateError { at: self.at + 1, rule }
    }

    pub(super) fn expect(&mut self, wanted: char, rule: &'static str) -> Result<(), TemplateError> {
        self.blanks();
        if self.peek() != Some(wanted) {
            return Err(self.wrong(rule));
        }
        self.at += 1;
        Ok(())
    }

    /// A path up to what cannot continue one. The bound is the template's length.
    pub(super) fn path(&mut self) -> Result<Vec<Step>, TemplateError> {
        self.blanks();
        let mut path = Vec::new();
        if matches!(self.peek(), Some('@' | '$')) {
            self.at += 1;
        }
        loop {
            if self.take("..") {
                path.push(Step::Descend);
                if self.peek() != Some('[') {
                    path.push(self.name()?);
                }
            } else if self.take(".") {
                if self.peek() != Some('[') && self.peek() != Some('}') {
                    path.push(self.name()?);
                }
            } else if self.take("[") {
                path.push(self.bracket()?);
                self.expect(']', "a closing bracket ends a step")?;
            } else {
                return Ok(path);
            }
        }
    }

    /// The name after a dot, or `*`.
    fn name(&mut self) -> Result<Step, TemplateError> {
        if self.take("*") {
            return Ok(Step::All);
        }
        let mut name = String::new();
        while let Some(c) = self.peek() {
            match c {
                '\\' => {
                    self.at += 1;
                    name.extend(self.next());
                }
                _ if c.is_alphanumeric() || matches!(c, '_' | '-' | '/') => {
                    self.at += 1;
                    name.push(c);
                }
                _ => break,
            }
        }
        if name.is_empty() { Err(self.wrong("a name follows a dot")) } else { Ok(Step::Key(name)) }
    }

    /// What stands in brackets.
    fn bracket(&mut self) -> Result<Step, TemplateError> {
        self.blanks();
        if self.take("*") {
            return Ok(Step::All);
        }
        if self.take("?(") {
            let path = self.path()?;
            self.blanks();
            let test = match self.operator() {
                Some(operator) => Test::Compare(operator, self.literal()?),
                None => Test::Exists,
            };
            self.expect(')', "a closing parenthesis ends a filter")?;
            return Ok(Step::Where { path, test });
        }
        if let Some(key) = self.quoted()? {
            return Ok(Step::Key(key));
        }
        match self.number()? {
            Some(Value::Number(number)) if number.is_i64() => {
                Ok(Step::Index(number.as_i64().unwrap_or_default()))
            }
            _ => Err(self.wrong("an index, a quoted name, * or a filter stands in brackets")),
        }
    }

    fn operator(&mut self) -> Option<Operator> {
        // The longer of two that begin alike comes first.
        const OPERATORS: [(&str, Operator); 6] = [
            ("==", Operator::Equal),
            ("!=", Operator::NotEqual),
            ("<=", Operator::LessOrEqual),
            (">=", Operator::GreaterOrEqual),
            ("<", Operator::Less),
            (">", Operator::Greater),
        ];
        OPERATORS.into_iter().find(|(text, _)| self.take(text)).map(|(_, operator)| operator)
    }

    fn literal(&mut self) -> Result<Value, TemplateError> {
        self.blanks();
        if let Some(text) = self.quoted()? {
            return Ok(Value::String(text));
        }
        for (word, value) in
            [("true", Value::Bool(true)), ("false", Value::Bool(false)), ("null", Value::Null)]
        {
            if self.take(word) {
                return Ok(value);
            }
        }
        self.number()?
            .ok_or_else(|| self.wrong("a quoted text, a number, true, false or null is compared"))
    }

    fn number(&mut self) -> Result<Option<Value>, TemplateError> {
        let from = self.at;
        while self.peek().is_some_and(|c| c.is_ascii_digit() || matches!(c, '-' | '.')) {
            self.at += 1;
        }
        let text: String = self.chars.get(from..self.at).unwrap_or_default().iter().collect();
        if text.is_empty() {
            return Ok(None);
        }
        serde_json::from_str(&text)
            .map(Some)
            .map_err(|_syntax| TemplateError { at: from + 1, rule: "this is no number" })
    }

    /// A text in single or double quotes, if one begins here.
    pub(super) fn quoted(&mut self) -> Result<Option<String>, TemplateError> {
        self.blanks();
        let Some(quote @ ('"' | '\'')) = self.peek() else {
            return Ok(None);
        };
        self.at += 1;
        let mut text = String::new();
        while let Some(c) = self.next() {
            match c {
                _ if c == quote => return Ok(Some(text)),
                '\\' => match self.next() {
                    Some('n') => text.push('\n'),
                    Some('t') => text.push('\t'),
                    Some(escaped) => text.push(escaped),
                    None => break,
                },
                _ => text.push(c),
            }
        }
        Err(self.wrong("a quote closes a text"))
    }
}

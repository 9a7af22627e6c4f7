//! Conditions of writes, as values, and the expressions that DynamoDB reads.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

use super::item::{attribute, number, text};

/// What must be so for a write to be done.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// There is no such item.
    Absent,
    /// There is such an item.
    Present,
    /// The item does not have this attribute.
    Lacks(&'static str),
    /// The attribute has this value.
    Is(&'static str, AttributeValue),
    /// The attribute is a number below this one.
    Below(&'static str, i64),
    /// All of them hold.
    All(Vec<Condition>),
    /// One of them holds.
    Any(Vec<Condition>),
}

impl Condition {
    /// The item's version is this one.
    #[must_use]
    pub fn version(version: u64) -> Self {
        Self::Is(attribute::VERSION, number(version))
    }

    /// The attribute is this text.
    #[must_use]
    pub fn is_text(name: &'static str, value: impl ToString) -> Self {
        Self::Is(name, text(value.to_string()))
    }
}

/// An expression in the making: names and values get placeholders, so that no name can clash with a reserved word.
#[derive(Debug, Default)]
pub(super) struct Expression {
    names: HashMap<String, String>,
    values: HashMap<String, AttributeValue>,
}

impl Expression {
    /// The placeholder of an attribute's name.
    pub(super) fn name(&mut self, name: &str) -> String {
        let placeholder = format!("#{name}");
        self.names.insert(placeholder.clone(), name.to_owned());
        placeholder
    }

    /// The placeholder of a value.
    pub(super) fn value(&mut self, value: AttributeValue) -> String {
        let placeholder = format!(":v{}", self.values.len());
        self.values.insert(placeholder.clone(), value);
        placeholder
    }

    /// The text of a condition.
    pub(super) fn condition(&mut self, condition: &Condition) -> String {
        match condition {
            Condition::Absent => format!("attribute_not_exists({})", self.name(attribute::PK)),
            Condition::Present => format!("attribute_exists({})", self.name(attribute::PK)),
            Condition::Lacks(name) => format!("attribute_not_exists({})", self.name(name)),
            Condition::Is(name, value) => format!("{} = {}", self.name(name), self.value(value.clone())),
            Condition::Below(name, bound) => format!("{} < {}", self.name(name), self.value(number(bound))),
            Condition::All(parts) => self.joined(parts, " AND "),
            Condition::Any(parts) => self.joined(parts, " OR "),
        }
    }

    fn joined(&mut self, parts: &[Condition], word: &str) -> String {
        let parts: Vec<String> = parts.iter().map(|part| self.condition(part)).collect();
        format!("({})", parts.join(word))
    }

    /// The names, or nothing: DynamoDB refuses an empty map.
    pub(super) fn names(&self) -> Option<HashMap<String, String>> {
        (!self.names.is_empty()).then(|| self.names.clone())
    }

    /// The values, or nothing.
    pub(super) fn values(&self) -> Option<HashMap<String, AttributeValue>> {
        (!self.values.is_empty()).then(|| self.values.clone())
    }
}

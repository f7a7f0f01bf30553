//! Truth tables as text that an admin can read: one row is one case.
//!
//! A file has a line of column names, then rows; cells stand between `|`, and a line that begins
//! with `#` is a remark. A table has each combination of its inputs exactly once, so that none is
//! forgotten and none says two things.

use std::collections::BTreeMap;

/// A row: its cells by the names of their columns.
pub(crate) struct Row {
    cells: BTreeMap<&'static str, &'static str>,
    line: &'static str,
}

impl Row {
    /// The cell in a column.
    pub(crate) fn cell(&self, column: &str) -> &'static str {
        let cell = self.cells.get(column);
        cell.unwrap_or_else(|| panic!("there is no column {column:?}"))
    }

    /// The row as it stands in the file, to be named by a failure.
    pub(crate) fn line(&self) -> &'static str {
        self.line
    }
}

/// The rows of a file. `inputs` are its first columns with all values that each can have.
pub(crate) fn rows(text: &'static str, inputs: &[(&str, &[&'static str])]) -> Vec<Row> {
    read(text, inputs).unwrap_or_else(|fault| panic!("{fault}"))
}

fn read(text: &'static str, inputs: &[(&str, &[&'static str])]) -> Result<Vec<Row>, String> {
    let mut lines = text
        .lines()
        .filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
    let names = cells(lines.next().unwrap_or_default());
    if !names
        .iter()
        .zip(inputs)
        .all(|(name, (input, _))| name == input)
    {
        return Err(format!("the inputs do not stand first: {names:?}"));
    }
    let mut missing = combinations(inputs);
    let mut rows = Vec::new();
    for line in lines {
        let cells = cells(line);
        if cells.len() != names.len() {
            return Err(format!("not a cell for each column: {line}"));
        }
        let place = missing.iter().position(|case| cells.starts_with(case));
        missing.remove(place.ok_or_else(|| format!("doubled, or no case: {line}"))?);
        let cells = names.iter().copied().zip(cells).collect();
        rows.push(Row { cells, line });
    }
    if missing.is_empty() {
        Ok(rows)
    } else {
        Err(format!("no row for {missing:?}"))
    }
}

fn cells(line: &'static str) -> Vec<&'static str> {
    line.split('|').map(str::trim).collect()
}

fn combinations(inputs: &[(&str, &[&'static str])]) -> Vec<Vec<&'static str>> {
    let mut all = vec![Vec::new()];
    for (_, values) in inputs {
        let with = |case: &Vec<&'static str>| {
            let case = case.clone();
            let longer = move |value: &&'static str| [case.as_slice(), &[*value]].concat();
            values.iter().map(longer).collect::<Vec<_>>()
        };
        all = all.iter().flat_map(with).collect();
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    const INPUTS: [(&str, &[&str]); 2] = [("one", &["a", "b"]), ("two", &["c"])];

    fn outcomes(text: &'static str) -> Result<Vec<&'static str>, String> {
        let rows = read(text, &INPUTS)?;
        Ok(rows.iter().map(|row| row.cell("gives")).collect())
    }

    #[test]
    fn a_table_has_each_combination_exactly_once() {
        let right = "one|two|gives\n# a remark\n\nb | c | 2\na | c | 1";
        assert_eq!(outcomes(right), Ok(vec!["2", "1"]));
        #[rustfmt::skip]
        let wrong = [
            ("one|two|gives\na|c|1", r#"no row for [["b", "c"]]"#),
            ("one|two|gives\na|c|1\nb|c|2\na|c|1", "doubled, or no case: a|c|1"),
            ("one|two|gives\na|c|1\nb|c|2\nb|d|2", "doubled, or no case: b|d|2"),
            ("two|one|gives\na|c|1\nb|c|2", r#"the inputs do not stand first: ["two", "one", "gives"]"#),
            ("one|two|gives\na|c|1\nb|c", "not a cell for each column: b|c"),
        ];
        for (text, fault) in wrong {
            assert_eq!(outcomes(text), Err(fault.to_owned()));
        }
    }
}

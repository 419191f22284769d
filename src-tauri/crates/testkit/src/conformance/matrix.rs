//! The cells, and how they are shown.

use std::fmt;

/// One cell of the matrix.
#[derive(Debug, Clone)]
pub struct Cell {
    /// Which call failed how.
    pub name: String,
    /// Nothing, or what was wrong.
    pub outcome: Result<(), String>,
}

/// All cells.
#[derive(Debug, Clone, Default)]
pub struct Matrix {
    /// In the order of the trace.
    pub cells: Vec<Cell>,
}

impl Matrix {
    /// The red cells.
    #[must_use]
    pub fn red(&self) -> Vec<&Cell> {
        self.cells.iter().filter(|cell| cell.outcome.is_err()).collect()
    }
}

impl fmt::Display for Matrix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for cell in &self.cells {
            match &cell.outcome {
                Ok(()) => writeln!(f, "ok   {}", cell.name)?,
                Err(why) => writeln!(f, "RED  {}: {why}", cell.name)?,
            }
        }
        writeln!(f, "{} cells, {} red", self.cells.len(), self.red().len())
    }
}

//! What is asked, and what is made of answers that are right, wrong or lies.

mod asked;
mod lies;
mod wrong;

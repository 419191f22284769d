//! Parameter Store as a raw client sees it.

mod faults;
mod puts;
mod reads;

use serde_json::{Value, json};
use switchback_rehearsal::World;

use crate::support::ssm;

fn overwrite(name: &str, value: &str) -> Value {
    json!({"Name": name, "Value": value, "Overwrite": true})
}

async fn get(world: &World, name: &str) -> Value {
    ssm(world, "GetParameter", json!({"Name": name})).await["Parameter"].take()
}

/// What DescribeParameters says of one parameter, through all pages, and how many of them held nothing.
async fn described(world: &World, name: &str) -> (Value, usize) {
    let filter = json!([{"Key": "Name", "Option": "Equals", "Values": [name]}]);
    let (mut found, mut empty, mut token) = (Vec::new(), 0, Value::Null);
    loop {
        let mut body = json!({"ParameterFilters": filter});
        if !token.is_null() {
            body["NextToken"] = token;
        }
        let mut answer = ssm(world, "DescribeParameters", body).await;
        let page = answer["Parameters"].as_array().unwrap();
        empty += usize::from(page.is_empty());
        found.extend(page.iter().cloned());
        token = answer["NextToken"].take();
        if token.is_null() {
            assert_eq!(found.len(), 1, "{name}");
            return (found.remove(0), empty);
        }
    }
}

async fn history(world: &World, name: &str, size: u32) -> Vec<Value> {
    let (mut all, mut token) = (Vec::new(), Value::Null);
    loop {
        let mut body = json!({"Name": name, "MaxResults": size});
        if !token.is_null() {
            body["NextToken"] = token;
        }
        let mut answer = ssm(world, "GetParameterHistory", body).await;
        all.extend(answer["Parameters"].as_array().unwrap().iter().cloned());
        token = answer["NextToken"].take();
        if token.is_null() {
            return all;
        }
    }
}

//! The shell's commands, read from its sources: this compiles without Tauri, a web view or a built interface.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use syn::punctuated::Punctuated;
use syn::visit::Visit;
use syn::{Attribute, FnArg, GenericArgument, Item, ItemFn, Pat, PathArguments, ReturnType, Token, Type};

/// What Tauri hands a command besides its arguments.
const INJECTED: [&str; 4] = ["State", "WebviewWindow", "Window", "AppHandle"];

/// A type that can cross the boundary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// Text.
    Text,
    /// A number.
    Number,
    /// True or false.
    Flag,
    /// No answer but that it was done.
    Nothing,
    /// A list.
    List(Box<Self>),
    /// Something or null.
    Maybe(Box<Self>),
    /// By text.
    Map(Box<Self>),
    /// A type that ts-rs exports, by its name.
    Named(String),
}

/// One command.
#[derive(Debug)]
pub struct Command {
    /// The name by which it is called.
    pub name: String,
    /// What it does, line by line, as its docstring says it.
    pub words: Vec<String>,
    /// Its arguments in order, by their names in Rust.
    pub arguments: Vec<(String, Kind)>,
    /// The argument that is a channel, and what comes over it.
    pub channel: Option<(String, Kind)>,
    /// What it answers.
    pub answer: Kind,
}

/// The commands that the shell answers, in the order of its `generate_handler!`.
///
/// Panics where a source can't be read, says something that is not understood here, or has a command that
/// is not in the list.
pub fn read(sources: &Path) -> Vec<Command> {
    let files: BTreeMap<String, syn::File> = fs::read_dir(sources)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "rs"))
        .map(|path| {
            let module = path.file_stem().unwrap().to_str().unwrap().to_owned();
            let text = fs::read_to_string(&path).unwrap();
            (module, syn::parse_file(&text).unwrap())
        })
        .collect();
    let mut written: BTreeMap<(String, String), &ItemFn> = BTreeMap::new();
    for (module, file) in &files {
        for item in &file.items {
            if let Item::Fn(function) = item
                && function.attrs.iter().any(is_command)
            {
                written.insert((module.clone(), function.sig.ident.to_string()), function);
            }
        }
    }
    let listed = handled(&files["lib"]);
    let commands = listed.iter().map(|path| {
        let function = written.get(path);
        command(function.unwrap_or_else(|| panic!("{path:?} has no `#[tauri::command]`")))
    });
    let commands = commands.collect();
    let listed: BTreeSet<_> = listed.into_iter().collect();
    let written: BTreeSet<_> = written.into_keys().collect();
    assert_eq!(written, listed, "a command that is not in `generate_handler!`");
    commands
}

/// A command with settings of its own (another name, another case) is not understood here.
fn is_command(attribute: &Attribute) -> bool {
    let path: Vec<String> = attribute
        .path()
        .segments
        .iter()
        .map(|s| s.ident.to_string())
        .collect();
    let is = path == ["tauri", "command"];
    assert!(
        !is || matches!(attribute.meta, syn::Meta::Path(_)),
        "`#[tauri::command]` with settings: teach the generator what they mean"
    );
    is
}

/// Module and function of each command in `generate_handler!`.
fn handled(lib: &syn::File) -> Vec<(String, String)> {
    struct Handlers(Vec<(String, String)>);
    impl Visit<'_> for Handlers {
        fn visit_macro(&mut self, found: &syn::Macro) {
            if found
                .path
                .segments
                .last()
                .is_none_or(|last| last.ident != "generate_handler")
            {
                return;
            }
            let paths = found
                .parse_body_with(Punctuated::<syn::Path, Token![,]>::parse_terminated)
                .unwrap();
            self.0.extend(paths.iter().map(|path| {
                let parts: Vec<String> = path.segments.iter().map(|s| s.ident.to_string()).collect();
                let [module, function] = parts.try_into().expect("a module and its function");
                (module, function)
            }));
        }
    }
    let mut handlers = Handlers(Vec::new());
    handlers.visit_file(lib);
    handlers.0
}

fn command(function: &ItemFn) -> Command {
    let mut read = Command {
        name: function.sig.ident.to_string(),
        words: function.attrs.iter().filter_map(doc).collect(),
        arguments: Vec::new(),
        channel: None,
        answer: Kind::Nothing,
    };
    for argument in &function.sig.inputs {
        let FnArg::Typed(argument) = argument else {
            panic!("{}: a command has no self", read.name);
        };
        let Pat::Ident(pattern) = &*argument.pat else {
            panic!("{}: an argument without a name", read.name);
        };
        let name = pattern.ident.to_string();
        let (outer, inner) = parts(&argument.ty);
        match outer.as_str() {
            injected if INJECTED.contains(&injected) => {}
            "Channel" => read.channel = Some((name, kind(inner[0]))),
            _ => read.arguments.push((name, kind(&argument.ty))),
        }
    }
    if let ReturnType::Type(_, answer) = &function.sig.output {
        let (outer, inner) = parts(answer);
        read.answer = match outer.as_str() {
            "Result" => {
                let refusal = kind(inner[1]);
                assert_eq!(refusal, Kind::Named("ApiError".to_owned()), "{}", read.name);
                kind(inner[0])
            }
            _ => kind(answer),
        };
    }
    read
}

/// A line of a docstring.
fn doc(attribute: &Attribute) -> Option<String> {
    let syn::Meta::NameValue(doc) = &attribute.meta else {
        return None;
    };
    match &doc.value {
        syn::Expr::Lit(syn::ExprLit {
            lit: syn::Lit::Str(text),
            ..
        }) if doc.path.is_ident("doc") => Some(text.value().trim().to_owned()),
        _ => None,
    }
}

/// The last name of a type's path, and its type arguments. Of `()` the name is empty.
fn parts(of: &Type) -> (String, Vec<&Type>) {
    match of {
        Type::Tuple(tuple) if tuple.elems.is_empty() => (String::new(), Vec::new()),
        Type::Path(path) => {
            let last = path.path.segments.last().unwrap();
            let inner = match &last.arguments {
                PathArguments::AngleBracketed(arguments) => arguments
                    .args
                    .iter()
                    .filter_map(|argument| match argument {
                        GenericArgument::Type(inner) => Some(inner),
                        _ => None,
                    })
                    .collect(),
                PathArguments::None | PathArguments::Parenthesized(_) => Vec::new(),
            };
            (last.ident.to_string(), inner)
        }
        _ => panic!("an argument or answer that is neither named nor `()`"),
    }
}

fn kind(of: &Type) -> Kind {
    let (outer, inner) = parts(of);
    let boxed = |at: usize| Box::new(kind(inner[at]));
    match outer.as_str() {
        "" => Kind::Nothing,
        "String" => Kind::Text,
        "bool" => Kind::Flag,
        "u8" | "u16" | "u32" | "u64" | "usize" => Kind::Number,
        "Vec" => Kind::List(boxed(0)),
        "Option" => Kind::Maybe(boxed(0)),
        "BTreeMap" => {
            assert_eq!(kind(inner[0]), Kind::Text, "a map goes by text");
            Kind::Map(boxed(1))
        }
        // What the command reads by itself, so that a refusal has words.
        "Unread" => kind(inner[0]),
        // Sent as it is, this would say nothing of what is meant.
        "Value" => panic!("`Value` as an argument: `Unread<T>` says what it is"),
        _ => {
            assert!(
                inner.is_empty(),
                "{outer} has type arguments that are not understood here"
            );
            Kind::Named(outer)
        }
    }
}

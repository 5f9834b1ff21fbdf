//! The shipped wasm module in this process, by interpreter: the same bytes that
//! JavaScript hosts load, with imports that are functions of nothing.
//!
//! Only what a decision needs is imported in earnest: randomness, which is a
//! fixed byte here. Whatever else the module imports belongs to promises and
//! errors, and answers zero.

use std::path::Path;
use wasmi::{Caller, Engine, ExternType, Instance, Linker, Memory, Module, Store, TypedFunc, Val};

/// A byte of randomness.
pub const RANDOM: u8 = 7;

const PATH: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../bindings-js/src/wasm/generated/doorward.wasm"
);

/// An instance of the module.
pub struct Shell {
    store: Store<()>,
    instance: Instance,
    memory: Memory,
}

impl Shell {
    /// Loads and starts the module that `cargo xtask wasm` wrote.
    #[must_use]
    pub fn load() -> Self {
        let bytes = std::fs::read(Path::new(PATH))
            .unwrap_or_else(|error| panic!("{PATH}: {error}: run `make wasm`"));
        let engine = Engine::default();
        let module = Module::new(&engine, &bytes).expect("a module");
        let mut store = Store::new(&engine, ());
        let mut linker = Linker::new(&engine);
        for import in module.imports() {
            let ExternType::Func(kind) = import.ty() else {
                panic!("{import:?} is no function")
            };
            let (random, throws) = (
                import.name().contains("getRandomValues"),
                import.name().contains("throw"),
            );
            let results: Vec<_> = kind.results().to_vec();
            linker
                .func_new(
                    import.module(),
                    import.name(),
                    kind.clone(),
                    move |caller, given, out| {
                        assert!(!throws, "the module threw");
                        if random {
                            fill(caller, given);
                        }
                        for (slot, kind) in out.iter_mut().zip(&results) {
                            *slot = Val::default_for_ty(*kind);
                        }
                        Ok(())
                    },
                )
                .expect("imports have different names");
        }
        let instance = linker
            .instantiate_and_start(&mut store, &module)
            .expect("it starts");
        let memory = instance.get_memory(&store, "memory").expect("memory");
        let mut shell = Self {
            store,
            instance,
            memory,
        };
        shell.call::<(), ()>("__wbindgen_start", ());
        shell
    }

    fn call<P: wasmi::WasmParams, R: wasmi::WasmResults>(&mut self, name: &str, given: P) -> R {
        let function: TypedFunc<P, R> = self
            .instance
            .get_typed_func(&self.store, name)
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        function
            .call(&mut self.store, given)
            .unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    fn read(&self, at: i32, length: i32) -> String {
        let mut bytes = vec![0; usize::try_from(length).expect("a length")];
        self.memory
            .read(&self.store, address(at), &mut bytes)
            .expect("inside");
        String::from_utf8(bytes).expect("text")
    }

    /// A text that the module gave away.
    fn text(&mut self, (at, length): (i32, i32)) -> String {
        let text = self.read(at, length);
        self.call::<_, ()>("__wbindgen_free", (at, length, 1));
        text
    }

    /// A ward of this policy with an empty store.
    pub fn ward(&mut self, policy: &str, dry_run: bool) -> Ward<'_> {
        let options: i32 = self.call("engineoptions_new", ());
        if dry_run {
            self.call::<_, ()>("engineoptions_dry_run", options);
        }
        let length = i32::try_from(policy.len()).expect("short");
        let at: i32 = self.call("__wbindgen_malloc", (length, 1));
        self.memory
            .write(&mut self.store, address(at), policy.as_bytes())
            .expect("inside");
        let (ward, _, failed): (i32, i32, i32) = self.call("engine_new", (at, length, options));
        assert_eq!(failed, 0, "{policy}: no policy in wasm");
        self.call::<_, ()>("__wbg_engineoptions_free", (options, 0));
        Ward { shell: self, ward }
    }
}

/// An engine in the module.
pub struct Ward<'s> {
    shell: &'s mut Shell,
    ward: i32,
}

impl Ward<'_> {
    /// The conclusion's letter and the decision line.
    pub fn decide(&mut self, frame: &[u8]) -> String {
        let length = i32::try_from(frame.len()).expect("short");
        let at: i32 = self.shell.call("engine_reserve", (self.ward, length));
        self.shell
            .memory
            .write(&mut self.shell.store, address(at), frame)
            .expect("inside");
        let length: i32 = self.shell.call("engine_decide", (self.ward, length, 0));
        let at: i32 = self.shell.call("engine_answer", self.ward);
        self.shell.read(at, length)
    }

    /// The canonical policy, its hash, and what it reads.
    pub fn says(&mut self) -> [String; 3] {
        let mut says = |name: &str| {
            let text = self.shell.call(name, self.ward);
            self.shell.text(text)
        };
        let [policy, hash] = ["engine_policy", "engine_hash"].map(&mut says);
        // on no platform: an empty text
        let reads = self.shell.call("engine_reads", (self.ward, 1, 0));
        [policy, hash, self.shell.text(reads)]
    }
}

impl Drop for Ward<'_> {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.shell
                .call::<_, ()>("__wbg_engine_free", (self.ward, 0));
        }
    }
}

fn fill(mut caller: Caller<'_, ()>, given: &[Val]) {
    let [Val::I32(at), Val::I32(length)] = given else {
        panic!("randomness is asked for in bytes")
    };
    let memory = caller
        .get_export("memory")
        .and_then(wasmi::Extern::into_memory)
        .expect("memory");
    let bytes = vec![RANDOM; address(*length)];
    memory
        .write(&mut caller, address(*at), &bytes)
        .expect("inside");
}

fn address(at: i32) -> usize {
    usize::try_from(at.cast_unsigned()).expect("32 bits")
}

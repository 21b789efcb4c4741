//! Turns the linker's module into the one that the engine runs: no imports, no data, no bulk
//! instructions, one memory of the whole address space, three exports.

use std::convert::Infallible;

use sparring_tree::layout::{ARENA_BASE, STACK_BYTES, STATIC_BASE};
use wasm_encoder::reencode::{Error, Reencode};
use wasm_encoder::{
    BlockType, CodeSection, ConstExpr, DataSection, ExportKind, ExportSection, Function, FunctionSection,
    GlobalSection, GlobalType, Instruction, MemorySection, MemoryType, Module, TypeSection, ValType,
};
use wasmparser::{
    CodeSectionReader, DataKind, DataSectionReader, ExternalKind, FunctionSectionReader, GlobalSectionReader,
    KnownCustom, MemorySectionReader, Name, Operator, Parser, Payload, TypeSectionReader,
};

use crate::bulk;

/// The guest, taken apart.
pub(crate) struct Lowered {
    /// The module without its data.
    pub(crate) module: Vec<u8>,
    /// Bytes from [`STATIC_BASE`] on; what follows up to `static_end` is zero.
    pub(crate) data: Vec<u8>,
    /// The first address of static data that the guest may write to.
    pub(crate) mutable_base: u32,
    /// One past the last address of static data, bss included.
    pub(crate) static_end: u32,
}

/// No constant is aligned to more.
const CONSTANT_ALIGN: u32 = 64;

/// Takes the guest apart, or says which assumption about it does not hold.
pub(crate) fn lower(linked: &[u8]) -> Result<Lowered, String> {
    let facts = Facts::read(linked)?;
    let mut lowering = Lowering {
        types: facts.types,
        functions: facts.functions,
        globals: facts.globals,
        stack_pointer: facts.stack_pointer,
    };
    let mut module = Module::new();
    lowering
        .parse_core_module(&mut module, Parser::new(0), linked)
        .map_err(|error| format!("cannot lower the guest: {error}"))?;
    Ok(Lowered {
        module: module.finish(),
        data: facts.data,
        mutable_base: facts.mutable_base,
        static_end: facts.static_end,
    })
}

/// What has to be known of the module before it is written anew.
#[derive(Default)]
struct Facts {
    types: u32,
    functions: u32,
    globals: u32,
    stack_pointer: u32,
    data: Vec<u8>,
    mutable_base: u32,
    static_end: u32,
}

impl Facts {
    fn read(linked: &[u8]) -> Result<Self, String> {
        let mut facts = Self::default();
        let mut segments = Vec::new();
        let mut names = Vec::new();
        let mut globals = Vec::new();
        let mut heap_base = None;
        for payload in Parser::new(0).parse_all(linked) {
            match payload.map_err(text)? {
                Payload::ImportSection(section) if section.count() > 0 => {
                    return Err("the guest imports something, so a step could reach something".to_owned());
                }
                Payload::TypeSection(section) => facts.types = section.count(),
                Payload::FunctionSection(section) => facts.functions = section.count(),
                Payload::GlobalSection(section) => {
                    for global in section {
                        globals.push(global.map_err(text)?);
                    }
                }
                Payload::ExportSection(section) => {
                    for export in section {
                        let export = export.map_err(text)?;
                        if export.name == "__heap_base" {
                            heap_base = Some(export.index as usize);
                        }
                    }
                }
                Payload::DataSection(section) => {
                    for segment in section {
                        let segment = segment.map_err(text)?;
                        let DataKind::Active { memory_index: 0, offset_expr } = segment.kind else {
                            return Err("the guest has a passive data segment".to_owned());
                        };
                        segments.push((constant(&offset_expr)?, segment.data));
                    }
                }
                Payload::CustomSection(section) => {
                    if let KnownCustom::Name(section) = section.as_known() {
                        for name in section {
                            if let Name::Data(map) = name.map_err(text)? {
                                for naming in map {
                                    names.push(naming.map_err(text)?.name);
                                }
                            }
                        }
                    }
                }
                _ => {}
            }
        }
        // Only the stack pointer, which every returned step leaves as it found it: an instance that
        // serves many steps keeps its globals.
        let mut mutable = globals.iter().enumerate().filter(|(_, global)| global.ty.mutable);
        let (Some((stack_pointer, _)), None) = (mutable.next(), mutable.next()) else {
            return Err("the guest has another mutable global than its stack pointer".to_owned());
        };
        facts.stack_pointer = stack_pointer as u32;
        facts.globals = globals.len() as u32;
        let heap_base = heap_base.and_then(|index| globals.get(index)).ok_or("no __heap_base")?;
        facts.static_end = constant(&heap_base.init_expr)?;
        if names.len() != segments.len() {
            return Err("the guest's data segments have no names".to_owned());
        }
        // The linker puts constants first, then data, then bss, which has no segment.
        facts.mutable_base = STATIC_BASE;
        for ((start, bytes), name) in segments.into_iter().zip(names) {
            if name.starts_with(".rodata") {
                if start > facts.mutable_base.next_multiple_of(CONSTANT_ALIGN) {
                    return Err("the guest's constants do not come first".to_owned());
                }
                facts.mutable_base = start + bytes.len() as u32;
            }
            facts.place(start, bytes)?;
        }
        if facts.static_end > ARENA_BASE {
            return Err("the guest's static data reaches into the arena".to_owned());
        }
        Ok(facts)
    }

    fn place(&mut self, start: u32, bytes: &[u8]) -> Result<(), String> {
        let start = start.checked_sub(STATIC_BASE).ok_or("static data lies in the stack")? as usize;
        let end = start + bytes.len();
        if self.data.len() < end {
            self.data.resize(end, 0);
        }
        self.data[start..end].copy_from_slice(bytes);
        Ok(())
    }
}

fn constant(expression: &wasmparser::ConstExpr<'_>) -> Result<u32, String> {
    match expression.get_operators_reader().read().map_err(text)? {
        Operator::I32Const { value } => Ok(value.cast_unsigned()),
        _ => Err("an address of the guest is not a constant".to_owned()),
    }
}

fn text(error: wasmparser::BinaryReaderError) -> String {
    error.to_string()
}

/// What is added comes behind all that is there, so that no index changes: the two functions of
/// [`bulk`], and [`set_stack_pointer`] with the global that it keeps.
struct Lowering {
    types: u32,
    functions: u32,
    globals: u32,
    stack_pointer: u32,
}

/// `stack_pointer = to; if stack_pointer < low { low = stack_pointer }`: so the host knows how much
/// of the stack a step has touched and wipes no more.
fn set_stack_pointer(stack_pointer: u32, low: u32) -> Function {
    let mut function = Function::new([]);
    let mut code = function.instructions();
    code.local_get(0).global_set(stack_pointer);
    code.local_get(0).global_get(low).i32_lt_u().if_(BlockType::Empty);
    code.local_get(0).global_set(low);
    code.end().end();
    function
}

type Lowers = Result<(), Error<Infallible>>;

impl Reencode for Lowering {
    type Error = Infallible;

    fn parse_type_section(&mut self, types: &mut TypeSection, section: TypeSectionReader<'_>) -> Lowers {
        wasm_encoder::reencode::utils::parse_type_section(self, types, section)?;
        types.ty().function(bulk::PARAMETERS, []);
        types.ty().function([ValType::I32], []);
        Ok(())
    }

    fn parse_function_section(
        &mut self,
        functions: &mut FunctionSection,
        section: FunctionSectionReader<'_>,
    ) -> Lowers {
        wasm_encoder::reencode::utils::parse_function_section(self, functions, section)?;
        functions.function(self.types).function(self.types).function(self.types + 1);
        Ok(())
    }

    fn parse_global_section(&mut self, globals: &mut GlobalSection, section: GlobalSectionReader<'_>) -> Lowers {
        wasm_encoder::reencode::utils::parse_global_section(self, globals, section)?;
        let kind = GlobalType { val_type: ValType::I32, mutable: true, shared: false };
        globals.global(kind, &ConstExpr::i32_const(STACK_BYTES.cast_signed()));
        Ok(())
    }

    fn parse_code_section(&mut self, code: &mut CodeSection, section: CodeSectionReader<'_>) -> Lowers {
        wasm_encoder::reencode::utils::parse_code_section(self, code, section)?;
        code.function(&bulk::copy()).function(&bulk::fill());
        code.function(&set_stack_pointer(self.stack_pointer, self.globals));
        Ok(())
    }

    fn instruction<'a>(&mut self, operator: Operator<'a>) -> Result<Instruction<'a>, Error<Infallible>> {
        match operator {
            Operator::MemoryCopy { .. } => Ok(Instruction::Call(self.functions)),
            Operator::MemoryFill { .. } => Ok(Instruction::Call(self.functions + 1)),
            Operator::GlobalSet { global_index } if global_index == self.stack_pointer => {
                Ok(Instruction::Call(self.functions + 2))
            }
            other => wasm_encoder::reencode::utils::instruction(self, other),
        }
    }

    fn parse_memory_section(&mut self, memories: &mut MemorySection, _section: MemorySectionReader<'_>) -> Lowers {
        // The whole address space: then no access needs a check and nothing can grow.
        memories.memory(MemoryType {
            minimum: 1 << 16,
            maximum: Some(1 << 16),
            memory64: false,
            shared: false,
            page_size_log2: None,
        });
        Ok(())
    }

    fn parse_export_section(
        &mut self,
        exports: &mut ExportSection,
        section: wasmparser::ExportSectionReader<'_>,
    ) -> Lowers {
        for export in section {
            let export = export?;
            if matches!((export.name, export.kind), ("step", ExternalKind::Func) | ("memory", ExternalKind::Memory)) {
                self.parse_export(exports, export)?;
            }
        }
        exports.export("stack_low", ExportKind::Global, self.globals);
        Ok(())
    }

    fn parse_data_section(&mut self, _data: &mut DataSection, _section: DataSectionReader<'_>) -> Lowers {
        Ok(())
    }

    fn parse_custom_section(&mut self, _module: &mut Module, _section: wasmparser::CustomSectionReader<'_>) -> Lowers {
        Ok(())
    }
}

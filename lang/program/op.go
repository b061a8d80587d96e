package program

// Op is an operation of the virtual machine.
type Op uint8

// The operations. A, B and C are registers, D is an index, a jump target or a
// small integer, K is the constant, slot or leaf numbered B<<8|C; the comment gives
// the effect. A value is true where it is an integer > 0. A number is taken from a
// text only where the whole text is one, otherwise it is 0; in dialect 6 the
// statement then fails, as OpNumber goes before what wants a number.
const (
	OpNop Op = iota

	// Moves.
	OpLoadConst // A = consts[D]
	OpLoadInt   // A = D
	OpLoadVar   // A = $var slot D: a view that lasts until the slot is assigned
	OpGet       // A = leaf getter D
	OpPin       // A's text is copied to the arena, as the slot it views may change
	OpStoreVar  // $var slot D = A, copied; $null makes it 0, with an error line
	OpStoreVN   // $vn slot D = A, copied; $null stays $null
	OpStoreVarK // $var slot D = K
	OpGetVar    // $var slot K = leaf getter D, by way of A
	OpAddVar    // $var slot D = the sum of the C registers from B on, as OpAdd makes it
	OpIncVar    // $var slot K = itself + D: it decides between sum and concatenation
	OpSet       // leaf setter D = A; where it fails, so does the statement

	// Arithmetic.
	OpAdd    // A = the sum of the C registers from B on: the first decides between sum and concatenation
	OpAddInt // A = B + C, as integers
	OpSub    // A = B - C
	OpMul    // A = B * C
	OpDiv    // A = B / C; where C is 0, the statement fails
	OpMod    // A = B mod C; likewise
	OpAnd    // A = B & C
	OpOr     // A = B | C
	OpXor    // A = B ^ C
	OpShl    // A = B << C
	OpShr    // A = B >> C
	OpNeg    // A = -B
	OpCom    // A = ~B
	OpAddK   // A = B + D: the left operand decides
	OpSubK   // A = B - D

	// Conversions and tests.
	OpNumber   // A = A's number; where A's text is none, the statement fails
	OpNumberIf // likewise, but only where B is an integer
	OpToInt    // A = B's number
	OpToStr    // A = B's text; C = 1 leaves a text that has a number its number
	OpTruth    // A = 1 where B is true, else 0
	OpNot      // A = 1 where B's number is 0, else 0
	OpBool     // A = 0 where B's number is 0, else 1
	OpTest     // A = 1 where leaf test D holds of A, else 0
	OpStrLen   // A = length of B's text
	OpStrEmpty // A = 1 where B's text is empty, else 0
	OpDefined  // A = 1 where B is not $null, else 0
	OpIsNull   // A = 1 where B is $null, else 0

	// Comparisons: A = 1 or 0.
	OpEq       // B == C: the left operand decides
	OpNe       // B != C: likewise
	OpEqI      // as integers
	OpNeI      // as integers
	OpEqS      // as texts
	OpNeS      // as texts
	OpLt       // as integers, as are the next three
	OpLe       //
	OpGt       //
	OpGe       //
	OpMatch    // A = B =~ regexes[D]
	OpMatchDyn // A = B =~ C: the pattern is C's text

	// Jumps to D.
	OpJump
	OpJumpTrue    // where A is true
	OpJumpFalse   // where A is not true
	OpJumpZero    // where A's number is 0
	OpJumpNonzero // where A's number is not 0
	OpJumpNull    // where A is $null
	OpJumpNotNull // where A is not $null
	OpJumpInt     // where A is an integer, and no text beside
	OpJumpEqK     // where A == K: A decides
	OpJumpNeK     // where A != K: A decides
	OpJumpLtK     // where A < K, as integers, as are the next three
	OpJumpLeK     //
	OpJumpGtK     //
	OpJumpGeK     //
	OpJumpVarEqK  // where $var slot A == K, and so on as those six above
	OpJumpVarNeK  //
	OpJumpVarLtK  //
	OpJumpVarLeK  //
	OpJumpVarGtK  //
	OpJumpVarGeK  //
	OpCallTrue    // where leaf call K's code is > 0; A is what becomes of $rc
	OpCallFalse   // where it is not

	// Calls. A module function and a route set $rc; code 0 ends the script.
	OpCall     // A = code of leaf call D; C is what becomes of $rc
	OpCallTest // A = 1 where leaf call D's code is > 0, else 0; C as above
	OpCallLog  // as OpCall; 1 without a call where the log leaves out lines of level B
	OpRoute    // A = code of route D; C blocks enclose the call
	OpRouteDyn // A = code of the route named by B's text; C blocks enclose the call
	OpReturn   // from the route with code A; 0 ends the script
	OpReturnI  // from the route with code D; likewise
	OpEnd      // from the route with code A, 0 included
	OpExit     // ends the script
	OpDrop     // ends the script and the processing of the message

	// Loops and switches.
	OpLoop   // A counts one iteration more; past the limit the statement fails
	OpSwitch // to the target of switches[D] for A
	OpFail   // the statement fails, with the text consts[D]

	OpProbe // leaf probe D sees that this place is reached

	numOps
)

// What a call makes of $rc: a function of the core leaves it as it is, but
// makes it 0 in an expression.
const (
	RCSet uint8 = iota
	RCKeep
	RCZero
)

// names are the mnemonics that `olelo dis` prints.
var names = [numOps]string{
	OpNop: "nop", OpLoadConst: "loadk", OpLoadInt: "loadi", OpLoadVar: "loadv", OpGet: "get",
	OpPin: "pin", OpStoreVar: "storev", OpStoreVN: "storevn", OpStoreVarK: "storevk",
	OpGetVar: "getv", OpAddVar: "addv", OpIncVar: "incv", OpSet: "set",
	OpAdd: "add", OpAddInt: "addint", OpSub: "sub", OpMul: "mul", OpDiv: "div", OpMod: "mod",
	OpAnd: "and", OpOr: "or", OpXor: "xor", OpShl: "shl", OpShr: "shr", OpNeg: "neg", OpCom: "com",
	OpAddK: "addi", OpSubK: "subi",
	OpNumber: "number", OpNumberIf: "numberif", OpToInt: "toint", OpToStr: "tostr", OpTruth: "truth", OpNot: "not", OpBool: "bool", OpTest: "test", OpStrLen: "strlen",
	OpStrEmpty: "strempty", OpDefined: "defined", OpIsNull: "isnull",
	OpEq: "eq", OpNe: "ne", OpEqI: "eqi", OpNeI: "nei", OpEqS: "eqs", OpNeS: "nes",
	OpLt: "lt", OpLe: "le", OpGt: "gt", OpGe: "ge", OpMatch: "match", OpMatchDyn: "matchdyn",
	OpJump: "jump", OpJumpTrue: "jtrue", OpJumpFalse: "jfalse", OpJumpZero: "jzero", OpJumpNonzero: "jnonzero", OpJumpNull: "jnull", OpJumpNotNull: "jnotnull", OpJumpInt: "jint",
	OpJumpEqK: "jeqk", OpJumpNeK: "jnek", OpJumpLtK: "jltk", OpJumpLeK: "jlek", OpJumpGtK: "jgtk", OpJumpGeK: "jgek",
	OpJumpVarEqK: "jveqk", OpJumpVarNeK: "jvnek", OpJumpVarLtK: "jvltk", OpJumpVarLeK: "jvlek", OpJumpVarGtK: "jvgtk", OpJumpVarGeK: "jvgek",
	OpCallTrue: "calltrue", OpCallFalse: "callfalse",
	OpCall: "call", OpCallTest: "calltest", OpCallLog: "calllog", OpRoute: "route", OpRouteDyn: "routedyn",
	OpReturn: "return", OpReturnI: "returni", OpEnd: "end", OpExit: "exit", OpDrop: "drop", OpLoop: "loop", OpSwitch: "switch", OpFail: "fail",
	OpProbe: "probe",
}

// String is the operation's mnemonic.
func (o Op) String() string { return names[o] }

// IsJump reports whether D is a jump target.
func (o Op) IsJump() bool { return o >= OpJump && o <= OpCallFalse }

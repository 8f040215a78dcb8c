// Package pdfobj reads and extends PDF files (ISO 32000-2) at the level of objects. It knows no cryptography, no pages and no
// signatures: package pdf builds on it.
//
// Reading is random access over an [io.ReaderAt]: [Open] reads the tail of the file and its cross-reference sections, and every
// object is read when it is asked for, through one bounded window, so that memory does not grow with the file. Tables, streams,
// hybrid files, /Prev chains and linearized files are read as they are. Damage that common viewers accept is accepted too: where
// the cross-references are of no use, the file is scanned once from front to back, and [File.Repaired] says so.
//
// Writing only ever appends ([Update]): objects, and one cross-reference section in the style of the file. Values that are known
// only later are [Placeholder]s; their offsets are noted while the bytes are written, nothing is ever searched for.
//
// Input is hostile: nesting, chains, sizes and work are bounded by package limits, and the only error that is returned is [*Error].
package pdfobj

package verify

import "io"

// Width is width, for tests.
func Width(s string) int { return width(s) }

// Detect is detect, for tests.
func Detect(src io.ReaderAt, size int64) { _, _ = detect(src, size) }

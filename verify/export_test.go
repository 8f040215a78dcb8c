package verify

// Width is width, for tests.
func Width(s string) int { return width(s) }

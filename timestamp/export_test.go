package timestamp

// NewTestError makes an error with a code, for tests that walk all of them.
func NewTestError(code Code) error { return fail(code, nil) }

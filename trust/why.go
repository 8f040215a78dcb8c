package trust

import "strings"

// reasonsOf are several errors as one cause; nil for none.
func reasonsOf(errs []error) error {
	switch len(errs) {
	case 0:
		return nil
	case 1:
		return errs[0]
	}
	return several(errs)
}

// several are the reasons why several things did not serve.
type several []error

func (s several) Error() string {
	texts := make([]string, len(s))
	for i, e := range s {
		texts[i] = e.Error()
	}
	return strings.Join(texts, "; ")
}

func (s several) Unwrap() []error { return s }

package rest

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"
	"strings"
)

// Text is a JSON string that may come as a number, a boolean or null.
type Text string

// UnmarshalJSON takes whatever can be read as text.
func (t *Text) UnmarshalJSON(data []byte) error {
	data = bytes.TrimSpace(data)
	switch {
	case len(data) == 0 || bytes.Equal(data, []byte("null")):
		*t = ""
	case data[0] == '"':
		return json.Unmarshal(data, (*string)(t))
	case data[0] == '{' || data[0] == '[':
		*t = ""
	default:
		*t = Text(data)
	}
	return nil
}

// Int is a JSON number that may come as a string or null, for which it is 0. What does not fit is 0 and Set is false.
type Int struct {
	Value int
	Set   bool
}

// UnmarshalJSON takes whatever can be read as a whole number.
func (n *Int) UnmarshalJSON(data []byte) error {
	*n = Int{}
	var t Text
	if err := t.UnmarshalJSON(data); err != nil {
		return err
	}
	f, err := strconv.ParseFloat(strings.TrimSpace(string(t)), 64)
	if err == nil && f == math.Trunc(f) && math.Abs(f) <= math.MaxInt32 {
		*n = Int{int(f), true}
	}
	return nil
}

// Bool is a JSON boolean that may come as a string or a number.
type Bool bool

// UnmarshalJSON takes true, "true", 1 and "1" as true, anything else as false.
func (b *Bool) UnmarshalJSON(data []byte) error {
	var t Text
	if err := t.UnmarshalJSON(data); err != nil {
		return err
	}
	*b = Bool(strings.EqualFold(string(t), "true") || t == "1")
	return nil
}

package mss

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"

	"github.com/kyso-dev/kyso/internal/limits"
)

// element is an element with what these messages need of it. There is no mixed content in them.
type element struct {
	space, local string
	attrs        []xml.Attr
	text         strings.Builder
	children     []*element
}

// parse reads XML strictly: no DTD, so no entities but XML's own, nothing that would be fetched, UTF-8 only, and everything bounded.
func parse(data []byte) (*element, error) {
	if len(data) > limits.RemoteMessage {
		return nil, ErrTooLarge
	}
	d := xml.NewDecoder(bytes.NewReader(data))
	d.Strict = true
	root := new(element)
	open, count := []*element{root}, 0
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, ErrSyntax // its text may quote the message
		}
		top := open[len(open)-1]
		switch tok := tok.(type) {
		case xml.StartElement:
			if count++; count > limits.RemoteElements || len(open) > limits.RemoteDepth {
				return nil, ErrTooLarge
			}
			e := &element{space: tok.Name.Space, local: tok.Name.Local, attrs: tok.Copy().Attr}
			top.children = append(top.children, e)
			open = append(open, e)
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			if len(open) == 1 && len(bytes.TrimSpace(tok)) > 0 {
				return nil, ErrSyntax
			}
			top.text.Write(tok)
		case xml.Directive:
			return nil, ErrDTD
		case xml.ProcInst:
			if tok.Target != "xml" {
				return nil, ErrDTD
			}
		}
	}
	if len(root.children) != 1 {
		return nil, ErrSyntax
	}
	return root.children[0], nil
}

// reader looks things up in one message and remembers when something stood there twice, which could be read in two ways.
type reader struct{ twice bool }

// child is the element of that name in e; never nil, so that paths can be followed.
func (r *reader) child(e *element, space, local string) *element {
	var found *element
	for _, c := range e.children {
		if c.local == local && c.space == space {
			r.twice = r.twice || found != nil
			found = c
		}
	}
	if found == nil {
		return new(element)
	}
	return found
}

func (r *reader) path(e *element, locals ...string) *element {
	for _, l := range locals {
		e = r.child(e, Space, l)
	}
	return e
}

func (e *element) is(space, local string) bool { return e.space == space && e.local == local }

func (e *element) there() bool { return e.local != "" }

func (e *element) value() string { return strings.TrimSpace(e.text.String()) }

func (e *element) attr(local string) string {
	for _, a := range e.attrs {
		if a.Name.Local == local && a.Name.Space == "" {
			return a.Value
		}
	}
	return ""
}

// find calls f for e and everything in it, in order.
func (e *element) find(f func(*element)) {
	f(e)
	for _, c := range e.children {
		c.find(f)
	}
}

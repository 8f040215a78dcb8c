package mss

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"

	"github.com/kyso-dev/kyso/internal/limits"
)

// Element is an element with what these messages need of it. There is no mixed content in them, so all of its own text is kept in one.
type Element struct {
	Space, Local string
	Attrs        []xml.Attr // declarations of namespaces among them
	Children     []*Element
	text         strings.Builder
}

// Parse reads XML strictly: no DTD, so no entities but XML's own, nothing that would be fetched, UTF-8 only, and everything bounded. Its
// errors are those of [Form.Read].
func Parse(data []byte) (*Element, error) {
	if len(data) > limits.RemoteMessage {
		return nil, ErrTooLarge
	}
	d := xml.NewDecoder(bytes.NewReader(data))
	d.Strict = true
	root := new(Element)
	open, count := []*Element{root}, 0
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
			e := &Element{Space: tok.Name.Space, Local: tok.Name.Local, Attrs: tok.Copy().Attr}
			top.Children = append(top.Children, e)
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
	if len(root.Children) != 1 {
		return nil, ErrSyntax
	}
	return root.Children[0], nil
}

// reader looks things up in one message and remembers when something stood there twice, which could be read in two ways.
type reader struct{ twice bool }

// child is the element of that name in e; never nil, so that paths can be followed.
func (r *reader) child(e *Element, space, local string) *Element {
	var found *Element
	for _, c := range e.Children {
		if c.Local == local && c.Space == space {
			r.twice = r.twice || found != nil
			found = c
		}
	}
	if found == nil {
		return new(Element)
	}
	return found
}

func (r *reader) path(e *Element, locals ...string) *Element {
	for _, l := range locals {
		e = r.child(e, Space, l)
	}
	return e
}

func (e *Element) is(space, local string) bool { return e.Space == space && e.Local == local }

func (e *Element) there() bool { return e.Local != "" }

func (e *Element) value() string { return strings.TrimSpace(e.Text()) }

func (e *Element) attr(local string) string {
	for _, a := range e.Attrs {
		if a.Name.Local == local && a.Name.Space == "" {
			return a.Value
		}
	}
	return ""
}

// Text is the text of the element itself, as it stands there.
func (e *Element) Text() string { return e.text.String() }

// find calls f for e and everything in it, in order.
func (e *Element) find(f func(*Element)) {
	f(e)
	for _, c := range e.Children {
		c.find(f)
	}
}

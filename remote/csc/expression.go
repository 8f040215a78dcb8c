package csc

import (
	"slices"
	"strings"

	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/remote"
)

// ways lists the combinations of objects that satisfy an expression over their ids (CSC 2.0, auth/expression): "PIN AND (OTP OR PUSH)"
// has two. XOR is one or the other; so is OR, since nobody is asked for more than is needed. An empty expression wants all objects.
// AND binds tighter than OR and XOR.
func ways(expression string, objects []AuthObject) ([]Way, error) {
	if len(objects) > limits.CSCObjects || len(expression) > limits.CSCExpression {
		return nil, badExpression("there are too many objects")
	}
	seen := make(map[string]bool)
	for _, o := range objects {
		if o.ID == "" || seen[o.ID] {
			return nil, badExpression("the objects are not told apart")
		}
		seen[o.ID] = true
	}
	if strings.TrimSpace(expression) == "" {
		return []Way{slices.Clone(objects)}, nil
	}
	p := &expressionParser{tokens: tokens(expression), objects: objects}
	found, err := p.or()
	if err != nil {
		return nil, err
	}
	if len(p.tokens) > 0 {
		return nil, badExpression("something follows it")
	}
	return found, nil
}

func badExpression(reason string) error {
	return remote.NewError(CodeExpression, nil, "reason", reason)
}

func tokens(expression string) []string {
	return strings.Fields(strings.NewReplacer("(", " ( ", ")", " ) ").Replace(expression))
}

type expressionParser struct {
	tokens  []string
	objects []AuthObject
	depth   int
}

// next takes the next token if it is one of words, in any case.
func (p *expressionParser) next(words ...string) bool {
	if len(p.tokens) == 0 || !slices.ContainsFunc(words, func(w string) bool { return strings.EqualFold(w, p.tokens[0]) }) {
		return false
	}
	p.tokens = p.tokens[1:]
	return true
}

func (p *expressionParser) or() ([]Way, error) {
	all, err := p.and()
	for err == nil && p.next("OR", "XOR") {
		var more []Way
		more, err = p.and()
		all = append(all, more...)
		if len(all) > limits.CSCWays {
			return nil, badExpression("it has too many solutions")
		}
	}
	return all, err
}

func (p *expressionParser) and() ([]Way, error) {
	all, err := p.one()
	for err == nil && p.next("AND") {
		var more []Way
		if more, err = p.one(); err != nil {
			return nil, err
		}
		if len(all)*len(more) > limits.CSCWays {
			return nil, badExpression("it has too many solutions")
		}
		var both []Way
		for _, a := range all {
			for _, b := range more {
				both = append(both, join(a, b))
			}
		}
		all = both
	}
	return all, err
}

// join is both ways at once, each object asked for once.
func join(a, b Way) Way {
	out := slices.Clone(a)
	for _, o := range b {
		if !slices.Contains(out, o) {
			out = append(out, o)
		}
	}
	return out
}

func (p *expressionParser) one() ([]Way, error) {
	switch {
	case len(p.tokens) == 0:
		return nil, badExpression("it ends too early")
	case p.next("("):
		if p.depth++; p.depth > limits.CSCObjects {
			return nil, badExpression("it is nested too deep")
		}
		inner, err := p.or()
		if err != nil {
			return nil, err
		}
		if !p.next(")") {
			return nil, badExpression("a parenthesis is not closed")
		}
		p.depth--
		return inner, nil
	}
	id := p.tokens[0]
	for _, o := range p.objects {
		if o.ID == id {
			p.tokens = p.tokens[1:]
			return []Way{{o}}, nil
		}
	}
	return nil, badExpression("it names an object that there is not")
}

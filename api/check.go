package api

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// value passes any value and checks it against its shape.
func (s *scanner) value(sh *shape) bool {
	switch c := s.peek(); c {
	case '{':
		return s.object(s.expect(sh, huma.TypeObject, "an object"))
	case '[':
		return s.array(s.expect(sh, huma.TypeArray, "an array"))
	case '"':
		t, ok := s.string()
		if ok {
			s.checkString(sh, t)
		}
		return ok
	case 't', 'f':
		word := "true"
		if c == 'f' {
			word = "false"
		}
		s.expect(sh, huma.TypeBoolean, word)
		return s.literal(word)
	case 'n':
		if sh.kind != "" && !sh.nullable {
			s.fault("expected "+kindName(sh.kind)+", not null; leave the field out instead", nil)
		}
		return s.literal("null")
	default:
		token, integer, ok := s.number()
		if ok {
			s.checkNumber(sh, token, integer)
		}
		return ok
	}
}

// expect returns the shape when a value of that kind fits it, else notes the
// fault and returns a shape that lets the rest of the value pass.
func (s *scanner) expect(sh *shape, kind, found string) *shape {
	if sh.kind == "" || sh.kind == kind {
		return sh
	}
	s.fault("expected "+kindName(sh.kind)+", not "+found, nil)
	return anything
}

func kindName(kind string) string {
	switch kind {
	case huma.TypeObject, huma.TypeArray, huma.TypeInteger:
		return "an " + kind
	default:
		return "a " + kind
	}
}

// fault notes a violation at the value at hand; raw is the value as it stands in
// the body, without quotes, and is not looked at when it is secret or only counted.
func (s *scanner) fault(message string, raw []byte) {
	if s.faults.full() {
		return
	}
	value := ""
	if s.secret == 0 && len(raw) > 0 {
		value = quote(string(text{raw: raw[:min(len(raw), 8*maxValue)], escaped: true}.decoded()))
	}
	s.faults.add(string(s.pointer), message, value)
}

func (s *scanner) checkString(sh *shape, t text) {
	if t.fault != "" {
		s.fault(t.fault, t.raw)
	}
	switch {
	case sh.kind == "":
	case sh.kind != huma.TypeString:
		s.fault("expected "+kindName(sh.kind)+", not a string", t.raw)
	case sh.constrained:
		s.check(sh, string(t.decoded()), t.raw)
	}
}

func (s *scanner) checkNumber(sh *shape, token []byte, integer bool) {
	if len(token) > maxDigits {
		s.fault(fmt.Sprintf("expected a number of at most %d digits", maxDigits), token)
		return
	}
	switch sh.kind {
	case huma.TypeInteger:
		if !integer {
			s.fault("expected an integer, without fraction or exponent", token)
			return
		}
		bits := 64
		if sh.schema.Format == "int32" {
			bits = 32
		}
		n, err := strconv.ParseInt(string(token), 10, bits)
		if err != nil {
			s.fault(fmt.Sprintf("expected an integer of %d bits", bits), token)
			return
		}
		if sh.constrained {
			s.check(sh, float64(n), token)
		}
	case huma.TypeNumber, "":
		if sh.kind == "" && integer && len(token) < 300 {
			return // it is in range, and there is no rule
		}
		n, err := strconv.ParseFloat(string(token), 64)
		if err != nil {
			s.fault("expected a number within ±1.8e308", token)
			return
		}
		if sh.constrained {
			s.check(sh, n, token)
		}
	default:
		s.fault("expected "+kindName(sh.kind)+", not a number", token)
	}
}

// leafChecker applies a schema's rules to one value by huma's validation, so that
// they mean what the OpenAPI document says.
type leafChecker struct{ registry huma.Registry }

func (l leafChecker) check(sh *shape, v any) []error {
	var res huma.ValidateResult
	huma.Validate(l.registry, sh.schema, huma.NewPathBuffer(nil, 0), huma.ModeWriteToServer, v, &res)
	return res.Errors
}

func (s *scanner) check(sh *shape, v any, raw []byte) {
	for _, err := range s.leaf.check(sh, v) {
		if d, ok := err.(*huma.ErrorDetail); ok {
			s.fault(plainMessage(d.Message), raw)
		}
	}
}

// pointerOf turns huma's path, such as a.b[0], into a JSON pointer. Names that
// hold dots or brackets cannot be told apart in it.
func pointerOf(location string) string {
	if location == "" {
		return ""
	}
	return "/" + strings.NewReplacer(".", "/", "[", "/", "]", "").Replace(location)
}

func (s *scanner) array(sh *shape) bool {
	if !s.enter() {
		return false
	}
	base, n := len(s.pointer), 0
	var seen map[string]bool
	if sh.schema != nil && sh.schema.UniqueItems {
		seen = map[string]bool{}
	}
	if s.peek() == ']' {
		s.pos++
		s.depth--
	} else {
		for more, ok := true, true; more; n++ {
			s.pointer = strconv.AppendInt(append(s.pointer, '/'), int64(n), 10)
			start := s.pos
			if !s.value(sh.items) {
				return false
			}
			if item := s.data[start:s.pos]; seen != nil {
				if seen[string(item)] {
					s.fault("is in the array already; expected items that differ", nil)
				}
				seen[string(item)] = true
			}
			s.pointer = s.pointer[:base]
			if more, ok = s.next(']'); !ok {
				return false
			}
		}
	}
	if sh.schema == nil {
		return true
	}
	if m := sh.schema.MinItems; m != nil && n < *m {
		s.fault(fmt.Sprintf("expected at least %d items", *m), []byte(fmt.Sprintf("%d items", n)))
	}
	if m := sh.schema.MaxItems; m != nil && n > *m {
		s.fault(fmt.Sprintf("expected at most %d items", *m), []byte(fmt.Sprintf("%d items", n)))
	}
	return true
}

func (s *scanner) object(sh *shape) bool {
	if !s.enter() {
		return false
	}
	seen := makeFieldSet(len(sh.fields))
	var others nameSet
	base, n := len(s.pointer), 0
	if s.peek() == '}' {
		s.pos++
		s.depth--
	} else {
		for more, ok := true, true; more; n++ {
			if !s.member(sh, seen, &others) {
				return false
			}
			s.pointer = s.pointer[:base]
			if more, ok = s.next('}'); !ok {
				return false
			}
		}
	}
	s.checkObject(sh, seen, n)
	return true
}

// member passes one name and its value.
func (s *scanner) member(sh *shape, seen fieldSet, others *nameSet) bool {
	t, ok := s.string()
	if !ok {
		return false
	}
	name := t.decoded()
	s.pointer = appendPointer(s.pointer, name)
	if t.fault != "" {
		s.fault("its name "+t.fault, nil)
	}
	s.space()
	if s.peek() != ':' {
		return s.fail("':'")
	}
	s.pos++
	s.space()

	f := sh.fields[string(name)]
	switch {
	case f == nil:
		if others.add(name) {
			s.fault("is given twice; expected once", nil)
		} else if sh.open == nil {
			s.fault(sh.unknown, nil)
		}
	case seen.add(f.index):
		s.fault("is given twice; expected once", nil)
	case f.readOnly:
		s.fault("is read-only; leave it out", nil)
	}
	if f == nil {
		inner := sh.open
		if inner == nil {
			inner = anything
		}
		return s.hidden(isSecretName(string(name)), inner)
	}
	return s.hidden(f.secret, f.shape)
}

// hidden passes a value that may be a secret.
func (s *scanner) hidden(secret bool, sh *shape) bool {
	if !secret {
		return s.value(sh)
	}
	s.secret++
	ok := s.value(sh)
	s.secret--
	return ok
}

func (s *scanner) checkObject(sh *shape, seen fieldSet, n int) {
	base := len(s.pointer)
	for _, f := range sh.required {
		if !seen.has(f.index) {
			s.pointer = appendPointer(s.pointer, []byte(f.name))
			s.fault("is missing; it is required", nil)
			s.pointer = s.pointer[:base]
		}
	}
	for _, d := range sh.depends {
		if seen.has(d[0].index) && !seen.has(d[1].index) {
			s.pointer = appendPointer(s.pointer, []byte(d[1].name))
			s.fault("is missing; it is required with "+d[0].name, nil)
			s.pointer = s.pointer[:base]
		}
	}
	if sh.schema == nil {
		return
	}
	if m := sh.schema.MinProperties; m != nil && n < *m {
		s.fault(fmt.Sprintf("expected at least %d members", *m), nil)
	}
	if m := sh.schema.MaxProperties; m != nil && n > *m {
		s.fault(fmt.Sprintf("expected at most %d members", *m), nil)
	}
}

// appendPointer adds a name to a JSON pointer, escaped as RFC 6901 asks.
func appendPointer(p, name []byte) []byte {
	p = append(p, '/')
	for _, c := range name {
		switch c {
		case '~':
			p = append(p, '~', '0')
		case '/':
			p = append(p, '~', '1')
		default:
			p = append(p, c)
		}
	}
	return p
}

// fieldSet marks which of an object's fields were seen.
type fieldSet []uint64

func makeFieldSet(n int) fieldSet { return make(fieldSet, (n+63)/64) }

func (s fieldSet) has(i int) bool { return s[i/64]&(1<<(i%64)) != 0 }

// add marks a field and reports whether it was marked already.
func (s fieldSet) add(i int) bool {
	was := s.has(i)
	s[i/64] |= 1 << (i % 64)
	return was
}

// nameSet holds the names of an object that are not fields: a few in place, many
// in a map.
type nameSet struct {
	few  [8][]byte
	n    int
	many map[string]struct{}
}

// add puts a name in and reports whether it was in already.
func (s *nameSet) add(name []byte) bool {
	if s.many == nil {
		for _, other := range s.few[:s.n] {
			if string(other) == string(name) {
				return true
			}
		}
		if s.n < len(s.few) {
			s.few[s.n] = name
			s.n++
			return false
		}
		s.many = make(map[string]struct{}, 4*len(s.few))
		for _, other := range s.few {
			s.many[string(other)] = struct{}{}
		}
	}
	if _, in := s.many[string(name)]; in {
		return true
	}
	s.many[string(name)] = struct{}{}
	return false
}

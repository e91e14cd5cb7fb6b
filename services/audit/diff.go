package audit

import (
	"bytes"
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"time"
	"unicode"
)

// bookkeeping are the fields that every change changes, or that the entry holds
// itself; they would only hide what somebody decided.
var bookkeeping = map[string]bool{"ID": true, "CreatedAt": true, "UpdatedAt": true, "Version": true}

// edge is a field before and after; a side that does not exist is left out.
type edge struct {
	From json.RawMessage `json:"from,omitempty"`
	To   json.RawMessage `json:"to,omitempty"`
}

// Diff returns {"field":{"from":…,"to":…}} for the fields in which two plain
// structs differ, nil when there are none. A nil before stands for something
// made, a nil after for something removed: empty fields are then left out.
// Embedded structs count as part of the outer one, fields are named in
// camelCase; fields with the tag `audit:"-"` never appear, at any depth.
func Diff(before, after any) json.RawMessage {
	both := before != nil && after != nil
	if was, is := pointedAt(before), pointedAt(after); was.IsValid() && is.IsValid() && was.Type() == is.Type() {
		return differences(was, is)
	}
	from, to := fields(before, both), fields(after, both)
	changes := make(map[string]edge)
	for name, value := range from {
		if other, ok := to[name]; !ok || !bytes.Equal(value, other) {
			changes[name] = edge{From: value, To: to[name]}
		}
	}
	for name, value := range to {
		if _, ok := from[name]; !ok {
			changes[name] = edge{To: value}
		}
	}
	if len(changes) == 0 {
		return nil
	}
	return marshal(changes)
}

// differences is Diff of two values of one type: what is equal, which is most of
// it, is not written as JSON to find that out.
func differences(before, after reflect.Value) json.RawMessage {
	var is []reflect.Value // of after, in the order of the fields
	eachField(after, func(_ reflect.StructField, fv reflect.Value) { is = append(is, fv) })
	changes := make(map[string]edge)
	eachField(before, func(field reflect.StructField, was reflect.Value) {
		now := is[0]
		is = is[1:]
		if bookkeeping[field.Name] || reflect.DeepEqual(was.Interface(), now.Interface()) {
			return
		}
		if from, to := marshal(plain(was)), marshal(plain(now)); !bytes.Equal(from, to) {
			changes[camel(field.Name)] = edge{From: from, To: to}
		}
	})
	if len(changes) == 0 {
		return nil
	}
	return marshal(changes)
}

// pointedAt returns the struct that a value is or points at, an invalid one for nil.
func pointedAt(v any) reflect.Value {
	value := reflect.ValueOf(v)
	for value.Kind() == reflect.Pointer || value.Kind() == reflect.Interface {
		value = value.Elem()
	}
	if value.IsValid() && value.Kind() != reflect.Struct {
		panic(fmt.Sprintf("audit.Diff compares structs, not %s", value.Type()))
	}
	return value
}

// fields returns the fields of a struct, empty ones only if asked, as JSON by their names.
func fields(v any, empty bool) map[string]json.RawMessage {
	out := make(map[string]json.RawMessage)
	value := pointedAt(v)
	if !value.IsValid() {
		return out
	}
	eachField(value, func(field reflect.StructField, fv reflect.Value) {
		if !bookkeeping[field.Name] && (empty || !fv.IsZero()) {
			out[camel(field.Name)] = marshal(plain(fv))
		}
	})
	return out
}

// eachField visits the fields that may be shown, those of embedded structs included.
func eachField(v reflect.Value, visit func(reflect.StructField, reflect.Value)) {
	for i := range v.NumField() {
		field := v.Type().Field(i)
		switch {
		case field.Tag.Get("audit") == "-":
		case field.Anonymous && field.Type.Kind() == reflect.Struct:
			eachField(v.Field(i), visit)
		case field.IsExported():
			visit(field, v.Field(i))
		}
	}
}

// plain turns a value into what encoding/json writes without looking into
// structs by itself, which would show the fields that are tagged away.
func plain(v reflect.Value) any {
	if v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface {
		if v.IsNil() {
			return nil
		}
		return plain(v.Elem())
	}
	switch x := v.Interface().(type) {
	case time.Time:
		return x.UTC().Format(time.RFC3339Nano)
	case time.Duration:
		return x.String()
	case json.RawMessage:
		return x
	case []byte:
		return strconv.Itoa(len(x)) + " bytes"
	case json.Marshaler, encoding.TextMarshaler:
		return x
	}
	switch v.Kind() {
	case reflect.Struct:
		out := make(map[string]any)
		eachField(v, func(field reflect.StructField, fv reflect.Value) { out[camel(field.Name)] = plain(fv) })
		return out
	case reflect.Slice, reflect.Array:
		out := make([]any, v.Len())
		for i := range out {
			out[i] = plain(v.Index(i))
		}
		return out
	case reflect.Map:
		out := make(map[string]any, v.Len())
		for _, key := range v.MapKeys() {
			out[fmt.Sprint(key.Interface())] = plain(v.MapIndex(key))
		}
		return out
	default:
		return v.Interface()
	}
}

func marshal(v any) json.RawMessage {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("audit.Diff is given plain values: %v", err))
	}
	return raw
}

// camel writes a Go name as the wire does: OnCall → onCall, URL → url, SLOCount → sloCount.
func camel(name string) string {
	runes := []rune(name)
	for i := range runes {
		if i > 0 && i+1 < len(runes) && unicode.IsLower(runes[i+1]) {
			break
		}
		if !unicode.IsUpper(runes[i]) {
			break
		}
		runes[i] = unicode.ToLower(runes[i])
	}
	return string(runes)
}

package config

import (
	"reflect"
	"strconv"
)

// Patterns of what is written with a unit; what they let through, parse still judges.
const (
	durationPattern = `^([0-9]+(\.[0-9]+)?(ns|us|µs|ms|s|m|h|d|w))+$`
	bytesPattern    = `^[0-9]+ *(GiB|MiB|KiB|GB|MB|kB|KB|B)?$`
)

// Schema describes the configuration file as a JSON Schema, for what writes one for
// others. A secret is writeOnly, and stands beside the key of the file that holds it.
func Schema() map[string]any {
	root := object("The configuration of Evenkeel, as its file holds it.")
	for _, s := range sections {
		within(root, s.key)["description"] = s.doc
	}
	for _, f := range fields {
		section, name := split(f.key)
		properties := within(root, section)["properties"].(map[string]any)
		properties[name] = f.schema()
		if f.typ == secretType {
			properties[name+"File"] = map[string]any{"type": "string", "description": "The file that holds it: " + f.doc}
		}
	}
	return root
}

// object is the schema of a section.
func object(doc string) map[string]any {
	return map[string]any{"type": "object", "description": doc, "additionalProperties": false, "properties": map[string]any{}}
}

// within finds the schema of a section, and makes it and those above where there is none.
func within(root map[string]any, key string) map[string]any {
	if key == "" {
		return root
	}
	above, name := split(key)
	properties := within(root, above)["properties"].(map[string]any)
	if properties[name] == nil {
		properties[name] = object("")
	}
	return properties[name].(map[string]any)
}

// schema describes one key.
func (f field) schema() map[string]any {
	doc := f.doc
	if f.shown == "" && f.def != "" {
		doc += " Default: " + f.def + "."
	} else if f.shown != "" {
		doc += " Default: " + f.shown + "."
	}
	s := map[string]any{"type": "string", "description": doc}
	if len(f.oneOf) > 0 {
		s["enum"] = f.oneOf
	}
	switch f.typ {
	case secretType:
		s["writeOnly"] = true
	case durationType:
		s["pattern"] = durationPattern
	case bytesType:
		s["type"], s["pattern"] = []string{"string", "integer"}, bytesPattern
	case networksType, listType:
		s["type"], s["items"] = []string{"string", "array"}, map[string]any{"type": "string"}
	case mapType:
		s["type"], s["additionalProperties"] = "object", map[string]any{"type": "string"}
	case levelType:
	default:
		f.plainSchema(s)
	}
	return s
}

func (f field) plainSchema(s map[string]any) {
	switch f.typ.Kind() {
	case reflect.Bool:
		s["type"] = "boolean"
	case reflect.Int:
		s["type"] = "integer"
		if f.min != "" {
			s["minimum"], s["maximum"] = whole(f.min), whole(f.max)
		}
	}
}

// whole reads a bound of a whole number, which the struct's tags hold.
func whole(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil {
		panic("configuration: the bound " + text + " is no whole number")
	}
	return n
}

// Key is one key of the configuration, for what has to know all of them.
type Key struct {
	Name   string
	Secret bool
	// Sample is a value other than the default, as a file may hold it; nil where only
	// whoever knows the key can tell one.
	Sample any
}

// Keys lists all keys in the struct's order.
func Keys() []Key {
	all := make([]Key, len(fields))
	for i, f := range fields {
		all[i] = Key{Name: f.key, Secret: f.typ == secretType, Sample: f.sample()}
	}
	return all
}

// sample is the most that a bounded key may be, another of several words, or the
// opposite of the default.
func (f field) sample() any {
	switch {
	case len(f.oneOf) > 0:
		for _, word := range f.oneOf {
			if word != f.def {
				return word
			}
		}
	case f.typ.Kind() == reflect.Bool:
		return f.def != "true"
	case f.max != "" && (f.typ == durationType || f.typ == bytesType):
		return f.max
	case f.max != "":
		return whole(f.max)
	}
	return nil
}

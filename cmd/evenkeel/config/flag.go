package config

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/spf13/pflag"
)

// AddFlags registers --config and a flag for every key. What they are given is
// judged by Load, together with all other sources.
func AddFlags(flags *pflag.FlagSet) {
	flags.String(flagFile, "", "YAML file with the configuration (EVENKEEL_CONFIG)")
	for _, f := range fields {
		usage := strings.ReplaceAll(firstSentence(f.doc), "`", "'") + " (" + f.env + ")"
		if f.typ == mapType {
			entry, _, _ := strings.Cut(f.holds, "=")
			usage = strings.TrimSuffix(usage, ")") + "_<" + strings.ToUpper(entry) + ">; can be repeated)"
		}
		added := flags.VarPF(newFlagValue(f), f.flag, "", usage)
		if f.typ.Kind() == reflect.Bool {
			added.NoOptDefVal = "true"
		}
		if f.typ == secretType {
			path := &flagValue{kind: "path"}
			flags.Var(path, flagName(f.secretFile()), "File that holds it, which other users of the machine cannot see, unlike a flag ("+f.env+"_FILE)")
		}
	}
}

func firstSentence(doc string) string {
	sentence, _, _ := strings.Cut(doc, ". ")
	return strings.TrimSuffix(sentence, ".")
}

// flagValue keeps what a flag was given as text, for Load to judge.
type flagValue struct {
	kind    string
	text    string
	entries map[string]any // of a map, which can be given in parts
	example string         // of one of them
}

func newFlagValue(f field) *flagValue {
	v := &flagValue{text: f.def, kind: "text"}
	if f.shown != "" {
		v.text = f.shown
	}
	switch f.typ {
	case secretType:
		v.kind = "secret"
	case durationType:
		v.kind = "duration"
	case bytesType:
		v.kind = "size"
	case networksType:
		v.kind = "networks"
	case listType:
		v.kind = "list"
	case mapType:
		v.kind, v.entries, v.example = f.holds, map[string]any{}, f.example
	default:
		switch f.typ.Kind() {
		case reflect.Bool:
			v.kind = "bool"
		case reflect.Int:
			if len(f.oneOf) == 0 {
				v.kind = "number"
			}
		}
	}
	if len(f.oneOf) > 0 {
		v.kind = strings.Join(f.oneOf, "|")
	}
	return v
}

// Set keeps the text.
func (v *flagValue) Set(text string) error {
	if v.entries == nil {
		v.text = text
		return nil
	}
	entry, value, ok := strings.Cut(text, "=")
	if !ok || entry == "" {
		return fmt.Errorf("want %s, such as %q", v.kind, v.example)
	}
	v.entries[entry] = value
	return nil
}

// String returns the text: before Set, the default as help shows it.
func (v *flagValue) String() string { return v.text }

// Type names the kind of value in help.
func (v *flagValue) Type() string { return v.kind }

func (v *flagValue) raw() any {
	if v.entries != nil {
		return v.entries
	}
	return v.text
}

package given

import (
	"bytes"
	_ "embed" // the declarations
	"fmt"
	"slices"
	"sync"

	"go.yaml.in/yaml/v4"

	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/internal/fault"
)

//go:embed builtin.yaml
var builtinFile []byte

// builtins are the facts that the built-in scorecard reads and that no domain tells, in the order
// of its checks. They are read when they are first wanted: most commands want none.
var builtins = sync.OnceValue(func() []Declaration { return mustRead(builtinFile) })

// Builtin are the declarations that come with the program.
func Builtin() []Declaration { return slices.Clone(builtins()) }

func builtin(name string) (Declaration, bool) {
	for _, d := range builtins() {
		if d.Name == name {
			return d, true
		}
	}
	return Declaration{}, false
}

// mustRead reads the file, which is a part of the program: one that is wrong is a panic.
func mustRead(file []byte) []Declaration {
	out, err := readBuiltin(file)
	if err != nil {
		panic(fmt.Sprintf("the built-in facts: %v", err))
	}
	return out
}

func readBuiltin(file []byte) ([]Declaration, error) {
	var in struct {
		Facts []struct {
			Name        string
			Type        fact.Type
			Doc, Unit   string
			Values      []string
			Ways        []Way
			LongestDays int `yaml:"longestDays"`
		}
	}
	decoder := yaml.NewDecoder(bytes.NewReader(file))
	decoder.KnownFields(true)
	if err := decoder.Decode(&in); err != nil {
		return nil, err
	}
	var out []Declaration
	seen := map[string]bool{}
	for _, f := range in.Facts {
		d := Declaration{Name: f.Name, BuiltIn: true, Version: 1, Terms: Terms{
			Type: f.Type, Doc: f.Doc, Unit: f.Unit, Values: f.Values, LongestDays: f.LongestDays,
		}}
		for _, way := range f.Ways {
			d.Pushed, d.Attested = d.Pushed || way == ByPush, d.Attested || way == ByAttestation
		}
		d.Terms = d.Terms.settled()
		var check fault.Check
		checkName(&check, d.Name, d.Type)
		d.Terms.check(&check)
		check.Require(!seen[d.Name], "/name", d.Name, "is there twice")
		if err := check.Err(); err != nil {
			return nil, fmt.Errorf("%s: %w", d.Name, err)
		}
		seen[d.Name] = true
		out = append(out, d)
	}
	return out, nil
}

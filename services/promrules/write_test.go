package promrules_test

import (
	"bytes"
	"reflect"
	"testing"
	"time"

	yaml3 "go.yaml.in/yaml/v3"
	"go.yaml.in/yaml/v4"
	"pgregory.net/rapid"

	"github.com/evenkeel/evenkeel/services/promrules"
)

// ruleFile is a file of rules as Prometheus documents it, and spec that of an object.
type ruleFile struct {
	Groups []struct {
		Name     string
		Interval string
		Rules    []struct {
			Record, Alert, Expr string
			Labels, Annotations map[string]string
		}
	}
}

type ruleObject struct {
	Metadata struct {
		Name, Namespace     string
		Labels, Annotations map[string]string
	}
	Spec ruleFile
}

// texts are what people write, and what means something to YAML.
func texts() *rapid.Generator[string] {
	return rapid.OneOf(
		rapid.String(),
		rapid.StringOf(rapid.RuneFrom([]rune(" \t\n\r:#-\"'\\{}[],&*!|>%@`~?<=0_.e+yYnN\u0085\u00a0\u2028\u2029\ufeff\ufffd\u007f\u0000\u0001\U0001f600\U000e0001é"))),
		rapid.SampledFrom([]string{"", "y", "No", "NULL", "~", "true", "on", "0x1F", "1e3", ".inf", "<<", "=", "2026-11-28", "1:30", "a: b", "a #b", "- a", "{{ $value }}", "é", "---", "...", " a", "a ", "\n a\nb", "a\n\n", "a:", "_1", "N", "off"}),
	)
}

func labelsOf(t *rapid.T, name string) []promrules.Label {
	return promrules.Labels(rapid.MapOfN(texts(), texts(), 0, 3).Draw(t, name))
}

func asMap(of []promrules.Label) map[string]string {
	if len(of) == 0 {
		return nil
	}
	out := map[string]string{}
	for _, l := range of {
		out[l.Name] = l.Value
	}
	return out
}

// Two libraries read what is written: v4, by which documents are read here, and v3, which Prometheus
// 3 reads rules by and which knows the words of YAML 1.1.
func TestWhatIsWrittenIsReadByYAMLAsTheSame(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		g := promrules.Group{Name: texts().Draw(t, "group"), Interval: time.Minute}
		for range rapid.IntRange(1, 3).Draw(t, "rules") {
			g.Rules = append(g.Rules, promrules.Rule{
				Alert: texts().Filter(func(s string) bool { return s != "" }).Draw(t, "alert"), Expr: texts().Draw(t, "expr"),
				Labels: labelsOf(t, "labels"), Annotations: labelsOf(t, "annotations"),
			})
		}
		object := promrules.Object{Name: texts().Draw(t, "name"), Namespace: texts().Draw(t, "namespace"), Labels: labelsOf(t, "of the object"), Annotations: labelsOf(t, "about the object")}
		var file, inObject bytes.Buffer
		if err := promrules.Write(&file, promrules.InFile([]promrules.Group{g}), promrules.InFile([]promrules.Group{g})); err != nil {
			t.Fatal(err)
		}
		if err := promrules.WriteObject(&inObject, object, promrules.InObject([]promrules.Group{g})); err != nil {
			t.Fatal(err)
		}
		for library, read := range map[string]func([]byte, any) error{
			"v4": func(text []byte, into any) error { return yaml.Load(text, into, yaml.WithV4Defaults()) },
			"v3": yaml3.Unmarshal,
		} {
			var plain ruleFile
			var of ruleObject
			if err := read(file.Bytes(), &plain); err != nil {
				t.Fatalf("%s: %v\n%s", library, err, &file)
			}
			if err := read(inObject.Bytes(), &of); err != nil {
				t.Fatalf("%s: %v\n%s", library, err, &inObject)
			}
			if len(plain.Groups) != 2 || len(of.Spec.Groups) != 1 {
				t.Fatalf("%s reads %d and %d groups", library, len(plain.Groups), len(of.Spec.Groups))
			}
			if m := of.Metadata; m.Name != object.Name || m.Namespace != object.Namespace || !reflect.DeepEqual(m.Labels, asMap(object.Labels)) || !reflect.DeepEqual(m.Annotations, asMap(object.Annotations)) {
				t.Fatalf("%s reads %+v, want %+v", library, m, object)
			}
			for _, got := range append(plain.Groups, of.Spec.Groups...) {
				if got.Name != g.Name || got.Interval != "1m" || len(got.Rules) != len(g.Rules) {
					t.Fatalf("%s reads %+v, want %+v", library, got, g)
				}
				for i, r := range got.Rules {
					want := g.Rules[i]
					if r.Alert != want.Alert || r.Expr != want.Expr || !reflect.DeepEqual(r.Labels, asMap(want.Labels)) || !reflect.DeepEqual(r.Annotations, asMap(want.Annotations)) {
						t.Fatalf("%s reads %+v, want %+v\n%s", library, r, want, &file)
					}
				}
			}
		}
	})
}

package main

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/yamldoc"
	"github.com/evenkeel/evenkeel/services/foreign"
	"github.com/evenkeel/evenkeel/services/foreign/sloth"
	"github.com/evenkeel/evenkeel/services/promrules"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

// ruling is what "evenkeel rules" is asked.
type ruling struct {
	inputs              []string
	output              string
	names               string
	period              string
	labels              map[string]string
	noRecords, noAlerts bool
	namespace           string
	operator            bool
}

// rulesCommand writes rules of Prometheus, without a server.
func (p *program) rulesCommand() *cobra.Command {
	var r ruling
	cmd := &cobra.Command{
		Use:   "rules [FILE...]",
		Short: "Write SLOs in files as rules of Prometheus, without a server",
		Long: `Write SLOs in files as recording rules and alerts of Prometheus, without a server.

Read are documents of Sloth, prometheus/v1 and sloth.slok.dev/v1; of a directory all
files *.yaml and *.yml in it and below. All that is wrong is told with its file and
line, and then nothing is written. What has no place in rules is told and left out.

Rules that replace those of "sloth generate" have to be called as these are:

  evenkeel rules --names sloth -i slos/ -o rules.yaml

The objects of Sloth's operator become objects PrometheusRule; with --operator all do.`,
		Example: `  evenkeel rules -i slos/checkout.yaml
  evenkeel rules -i slos/ -o rules.yaml --names sloth
  cat slos.yaml | evenkeel rules -i - | promtool check rules`,
		GroupID: groupLook,
		Args:    cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			r.inputs = append(r.inputs, args...)
			if len(r.inputs) == 0 {
				return wrongUse(cmd, errors.New("name a file or directory, or - for standard input"))
			}
			names, known := namings[r.names]
			if !known {
				return wrongUse(cmd, fmt.Errorf("--names must be evenkeel or sloth, not %q", fault.Clip(r.names, 64)))
			}
			days, err := readDays(r.period)
			if err != nil {
				return wrongUse(cmd, fmt.Errorf("--default-slo-period %w", err))
			}
			return p.writeRules(cmd.InOrStdin(), r, names, days)
		},
	}
	f := cmd.Flags()
	f.StringSliceVarP(&r.inputs, "input", "i", nil, "A file, a directory, or - for standard input; can be given again")
	f.StringVarP(&r.output, "out", "o", "-", "The file to write; - is standard output")
	f.StringVar(&r.names, "names", "evenkeel", "How metrics and labels are called: evenkeel or sloth")
	f.StringVar(&r.period, "default-slo-period", "30d", "The window of SLOs whose document does not say")
	f.StringToStringVarP(&r.labels, "extra-labels", "l", nil, "Labels for all rules, NAME=VALUE; can be given again")
	f.BoolVar(&r.noRecords, "disable-recordings", false, "Write no recording rules")
	f.BoolVar(&r.noAlerts, "disable-alerts", false, "Write no alerts")
	f.BoolVar(&r.operator, "operator", false, "Write objects PrometheusRule of the Prometheus operator")
	f.StringVar(&r.namespace, "namespace", "", "The namespace of the objects")
	return cmd
}

var namings = map[string]promrules.Names{"evenkeel": promrules.Evenkeel, "sloth": promrules.Sloth}

// readDays reads a number of days, 30d, or of weeks.
func readDays(text string) (int, error) {
	number, each := strings.TrimSuffix(text, "d"), 1
	if weeks, ok := strings.CutSuffix(text, "w"); ok {
		number, each = weeks, 7
	}
	n, err := strconv.Atoi(number)
	if err != nil || number == text || n < 1 || n*each > slo.MaxWindowDays {
		return 0, fmt.Errorf("must be 1 to %d days, such as 28d or 4w, not %q", slo.MaxWindowDays, fault.Clip(text, 64))
	}
	return n * each, nil
}

// ruled are the rules of a document.
type ruled struct {
	groups []promrules.Group
	object *promrules.Object
}

func (p *program) writeRules(stdin io.Reader, r ruling, names promrules.Names, days int) error {
	files, err := filesOf(r.inputs)
	if err != nil {
		return err
	}
	var all []ruled
	bad := false
	for _, name := range files {
		text, err := readFile(stdin, name)
		if err != nil {
			return fmt.Errorf("read SLOs: %w", err)
		}
		docs, err := yamldoc.Parse(text)
		for i := 0; err == nil && i < len(docs); i++ {
			var one ruled
			if one, err = p.rule(name, docs[i], i+1, r, names, days); err == nil {
				all = append(all, one)
			}
		}
		var refused *yamldoc.Error
		switch {
		case errors.As(err, &refused):
			bad = true
			p.tellProblems(name, refused)
		case err != nil:
			return err
		}
	}
	if bad {
		return codeError(exitError)
	}
	if len(all) == 0 {
		return errors.New("there is no SLO in what was read")
	}
	if err := unique(all); err != nil {
		return err
	}
	var text bytes.Buffer
	if err := render(&text, all); err != nil {
		return err
	}
	if r.output == "-" {
		_, err := p.stdout.Write(text.Bytes())
		return err
	}
	if err := os.WriteFile(r.output, text.Bytes(), 0o644); err != nil {
		return fmt.Errorf("write the rules: %w", err)
	}
	recordings, alerts := 0, 0
	for _, one := range all {
		more, others := promrules.Count(one.groups)
		recordings, alerts = recordings+more, alerts+others
	}
	fmt.Fprintf(p.stderr, "%s: %d recording rules and %d alerts\n", r.output, recordings, alerts)
	return nil
}

// filesOf are the files that are named, and those in directories that are.
func filesOf(names []string) ([]string, error) {
	var files []string
	for _, name := range names {
		info, err := os.Stat(name)
		switch {
		case name == "-":
			files = append(files, name)
			continue
		case err != nil:
			return nil, fmt.Errorf("read SLOs: %w", err)
		case !info.IsDir():
			files = append(files, name)
			continue
		}
		before := len(files)
		if err := filepath.WalkDir(name, func(path string, of fs.DirEntry, err error) error {
			if ext := filepath.Ext(path); err == nil && !of.IsDir() && (ext == ".yaml" || ext == ".yml") {
				files = append(files, path)
			}
			return err
		}); err != nil {
			return nil, fmt.Errorf("read SLOs: %w", err)
		}
		if len(files) == before {
			return nil, fmt.Errorf("there is no file *.yaml or *.yml in %s", name)
		}
	}
	return files, nil
}

func readFile(stdin io.Reader, name string) ([]byte, error) {
	if name == "-" {
		return io.ReadAll(stdin)
	}
	return os.ReadFile(name)
}

// rule makes the rules of a document. The error is a *yamldoc.Error where the document is wrong.
func (p *program) rule(name string, d yamldoc.Document, number int, r ruling, names promrules.Names, days int) (ruled, error) {
	if !sloth.Is(d) {
		return ruled{}, d.Place([]fault.Violation{{Pointer: "", Message: fmt.Sprintf("is no document of Sloth: version must be %q, or apiVersion %q", sloth.Version, sloth.APIVersion)}})
	}
	read, err := sloth.Read(d, number, days)
	if err != nil {
		return ruled{}, err
	}
	left := false
	for _, n := range read.Notes {
		fmt.Fprintf(p.stderr, "%s:%d:%d: %s: %s\n", name, n.Line, n.Column, n.Pointer, n.Message)
		left = left || n.Left
	}
	if left {
		return ruled{}, codeError(exitError)
	}
	var out ruled
	for _, s := range read.SLOs {
		groups, notes, err := promrules.Compose(slothRules(s, r.labels), names)
		if err != nil {
			return ruled{}, fmt.Errorf("%s: the SLO %q: %w", name, s.Name, err)
		}
		for _, n := range notes {
			fmt.Fprintf(p.stderr, "%s: %s/%s: %s\n", name, n.Service, n.SLO, n.Message)
		}
		out.groups = append(out.groups, r.wanted(groups)...)
	}
	if r.operator || read.Object != "" {
		first := read.SLOs[0]
		out.object = &promrules.Object{Name: cmp.Or(read.Object, foreign.Slug(first.Service)), Namespace: cmp.Or(r.namespace, read.Namespace)}
	}
	return out, nil
}

// slothRules is an SLO as Sloth names it.
func slothRules(s foreign.SLO, more map[string]string) promrules.SLO {
	d := s.Declaration
	objective, err := budget.ParseObjective(d.Objective)
	if err != nil {
		panic(fmt.Sprintf("an objective was read that is none: %v", err)) // the reader checks it
	}
	labels := map[string]string{}
	for _, of := range []map[string]string{s.Labels, more} {
		for name, value := range of {
			labels[name] = value
		}
	}
	words := func(a foreign.Alert) promrules.AlertWords {
		return promrules.AlertWords{Name: a.Name, Labels: a.Labels, Annotations: a.Annotations}
	}
	return promrules.SLO{
		Service: s.Service, Slug: s.Name, Name: s.Name, Objective: objective, Days: d.WindowDays, Period: time.Duration(d.WindowDays) * 24 * time.Hour, Origin: d.Origin,
		Alerts: slo.AlertTerms{Off: slo.AlertsOff(strings.Join(d.AlertsOff, ",")), MinBadEvents: d.MinBadEvents},
		Labels: labels, Page: words(s.Page), Ticket: words(s.Ticket),
	}
}

// wanted are the rules that are asked for.
func (r ruling) wanted(groups []promrules.Group) []promrules.Group {
	var out []promrules.Group
	for _, g := range groups {
		g.Rules = slices.DeleteFunc(g.Rules, func(rule promrules.Rule) bool {
			return rule.Alert != "" && r.noAlerts || rule.Record != "" && r.noRecords
		})
		if len(g.Rules) > 0 {
			out = append(out, g)
		}
	}
	return out
}

// unique requires that no two SLOs make the same rules: Prometheus would refuse the file.
func unique(all []ruled) error {
	seen := map[string]bool{}
	for _, one := range all {
		for _, g := range one.groups {
			if seen[g.Name] {
				return fmt.Errorf("two SLOs have the same service and name: the group %q is there twice", g.Name)
			}
			seen[g.Name] = true
		}
	}
	return nil
}

// render writes the rules: all that are of no object in one file of Prometheus, which comes first.
func render(w io.Writer, all []ruled) error {
	var plain []promrules.Group
	for _, one := range all {
		if one.object == nil {
			plain = append(plain, one.groups...)
		}
	}
	first := true
	if len(plain) > 0 {
		first = false
		if err := promrules.Write(w, plain); err != nil {
			return err
		}
	}
	for _, one := range all {
		if one.object == nil {
			continue
		}
		if !first {
			if _, err := io.WriteString(w, "---\n"); err != nil {
				return err
			}
		}
		first = false
		if err := promrules.WriteObject(w, *one.object, one.groups); err != nil {
			return err
		}
	}
	return nil
}

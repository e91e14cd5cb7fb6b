package main

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/promrules"
	"github.com/evenkeel/evenkeel/services/slo"
)

// ruling is what "evenkeel rules" is asked.
type ruling struct {
	inputs              []string
	include, exclude    *regexp.Regexp // of paths in directories; nil for all and none
	output              string
	names               promrules.Names
	days                int // of SLOs whose document does not say
	labels              map[string]string
	noRecords, noAlerts bool
	namespace           string
	operator            bool
}

var namings = map[string]promrules.Names{"evenkeel": promrules.Evenkeel, "sloth": promrules.Sloth}

// rulesCommand writes rules of Prometheus, without a server.
func (p *program) rulesCommand() *cobra.Command {
	var r ruling
	var names, period, include, exclude string
	cmd := &cobra.Command{
		Use:   "rules [FILE...]",
		Short: "Write SLOs in files as rules of Prometheus, without a server",
		Long: `Write SLOs in files as recording rules and alerts of Prometheus, without a server.

Read are manifests, evenkeel/v1, of which SLOs become rules and all else is passed
over; documents of OpenSLO, openslo/v1; and those of Sloth, prometheus/v1 and
sloth.slok.dev/v1. One file may hold all of them; of a directory are read all files
*.yaml and *.yml in it and below, by their names, but for hidden ones and links that
lead out of it. All that is wrong is told with its file, line, document and path, and
then nothing is written. What has no place in rules is told and left out: SLOs that
are pushed, say, or count slices of time. The rules of a manifest are those that a
server gives of the same SLO.

It takes the place of "sloth generate", whose rules are called otherwise:

  evenkeel rules --names sloth -i slos/ -o rules/

Where the output is a directory, each file that was read becomes one of the same
name there; otherwise all become one. Objects of Sloth's operator become objects
PrometheusRule; with --operator all SLOs do, an object for each service.`,
		Example: `  evenkeel rules -i slos/checkout.yaml
  evenkeel rules -i slos/ -o rules.yaml --names sloth
  cat slos.yaml | evenkeel rules -i - | promtool check rules`,
		GroupID: groupLook,
		Args:    cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			r.inputs = append(r.inputs, args...)
			if err := errors.Join(r.named(names), r.lasting(period), r.matching(include, exclude)); err != nil {
				return wrongUse(cmd, err)
			}
			return p.writeRules(cmd.InOrStdin(), r)
		},
	}
	f := cmd.Flags()
	f.StringArrayVarP(&r.inputs, "input", "i", nil, "A file, a directory, or - for standard input; can be given again")
	f.StringVarP(&r.output, "out", "o", "-", "The file to write, or a directory that is there; - is standard output")
	f.StringVarP(&exclude, "fs-exclude", "e", "", "A regular expression: files of directories that are left out")
	f.StringVarP(&include, "fs-include", "n", "", "A regular expression: files of directories that are read, of those not left out")
	f.StringVar(&names, "names", "evenkeel", "How metrics and labels are called: evenkeel or sloth")
	f.StringVar(&period, "default-slo-period", "30d", "The window of SLOs whose document has no word for it, as Sloth's")
	f.StringToStringVarP(&r.labels, "extra-labels", "l", nil, "Labels for all rules, NAME=VALUE; can be given again")
	f.BoolVar(&r.noRecords, "disable-recordings", false, "Write no recording rules")
	f.BoolVar(&r.noAlerts, "disable-alerts", false, "Write no alerts")
	f.BoolVar(&r.operator, "operator", false, "Write objects PrometheusRule of the Prometheus operator")
	f.StringVar(&r.namespace, "namespace", "", "The namespace of the objects; of Sloth's, their own")
	return cmd
}

func (r *ruling) named(names string) error {
	if len(r.inputs) == 0 {
		return errors.New("name a file or directory, or - for standard input")
	}
	var known bool
	if r.names, known = namings[names]; !known {
		return fmt.Errorf("--names must be evenkeel or sloth, not %q", fault.Clip(names, 64))
	}
	return nil
}

// lasting reads a number of days, 30d, or of weeks.
func (r *ruling) lasting(text string) error {
	number, each := strings.TrimSuffix(text, "d"), 1
	if weeks, ok := strings.CutSuffix(text, "w"); ok {
		number, each = weeks, 7
	}
	n, err := strconv.Atoi(number)
	if err != nil || number == text || n < 1 || n > slo.MaxWindowDays/each {
		return fmt.Errorf("--default-slo-period must be 1 to %d days, such as 28d or 4w, not %q", slo.MaxWindowDays, fault.Clip(text, 64))
	}
	r.days = n * each
	return nil
}

func (r *ruling) matching(include, exclude string) (err error) {
	for _, of := range []struct {
		flag, text string
		into       **regexp.Regexp
	}{{"fs-include", include, &r.include}, {"fs-exclude", exclude, &r.exclude}} {
		if of.text == "" {
			continue
		}
		var bad error
		if *of.into, bad = regexp.Compile(of.text); bad != nil {
			err = errors.Join(err, fmt.Errorf("--%s must be a regular expression: %w", of.flag, bad))
		}
	}
	return err
}

// writeRules reads and composes everything, and writes what there is as soon as it is there:
// beside its place, where it comes only when all is right.
func (p *program) writeRules(stdin io.Reader, r ruling) (err error) {
	files, err := fileReader{suffixes: yamlReader.suffixes, wants: r.wants}.read(stdin, r.inputs)
	if err != nil {
		return err
	}
	out, err := newOutputs(r)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.clear()) }()
	var wrong error
	right := p.compose(files, r, func(one ruled) {
		if wrong == nil {
			wrong = out.put(one)
		}
	})
	switch {
	case !right:
		return codeError(exitError)
	case wrong != nil:
		return wrong
	case len(out.all) == 0:
		return errors.New("there is no SLO in what was read that rules can be made of")
	case r.output == "-":
		return out.all[0].write(p.stdout)
	}
	if err := out.replace(); err != nil {
		return fmt.Errorf("write the rules: %w", err)
	}
	for _, o := range out.all {
		fmt.Fprintf(p.stderr, "%s: %d recording rules and %d alerts\n", o.path, o.recordings, o.alerts)
	}
	return nil
}

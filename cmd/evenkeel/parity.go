package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/big"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/yamldoc"
	"github.com/evenkeel/evenkeel/openapi/client"
	"github.com/evenkeel/evenkeel/services/foreign"
	"github.com/evenkeel/evenkeel/services/parity"
	"github.com/evenkeel/evenkeel/services/slo"
)

// comparing is what "evenkeel parity" compares, with whom, and how it tells.
type comparing struct {
	remote
	export, format, mapping, tolerance, output string
	days                                       int
}

// parityCommand compares figures of another tool with those of a server.
func (p *program) parityCommand() *cobra.Command {
	var c comparing
	var what strings.Builder
	for _, f := range parity.Formats {
		fmt.Fprintf(&what, "  %-14s %s\n", f.Name, f.What)
	}
	cmd := &cobra.Command{
		Use:   "parity",
		Short: "Compare SLOs with what another tool exported of them",
		Long: `Compare SLOs with what another tool exported of them: each SLI, and what is left of each
budget, at the end of the time that the export is of. SLOs meet by the slugs of their
services and names, or as --map says: a table with the columns theirs and ours, of which
theirs is the tool's ID or service/slo, and ours service/slo.

The formats of exports are:

` + what.String() + `
An SLI differs where it is more than --tolerance percentage points off, and a budget
where it is by as much of the SLI. It ends with 0 where nothing differs and with 2 where
something does, or an SLO of the tool is not there; SLOs that are only here are listed,
and are no difference. It ends with 1 where something went wrong.

The token is read from --token-file, or else from EVENKEEL_TOKEN; the scope read is enough.`,
		Example: `  evenkeel parity --export sloth.json --format prometheus
  evenkeel parity --export old.csv --format csv --tolerance 0.01 --map names.csv -o json`,
		GroupID: groupLook,
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			format, tolerance, err := c.check()
			if err != nil {
				return wrongUse(cmd, err)
			}
			remote, err := c.client(p.environ)
			if err != nil {
				return wrongUse(cmd, err)
			}
			report, err := p.compare(cmd.Context(), remote, cmd.InOrStdin(), c, format, tolerance)
			if err != nil {
				return err
			}
			if err := p.tellParity(c, report); err != nil {
				return err
			}
			if report.Differs() {
				return errDifference
			}
			return nil
		},
	}
	f := cmd.Flags()
	f.StringVar(&c.export, "export", "", "The file with what the tool exported; - is standard input")
	f.StringVar(&c.format, "format", "csv", "What the export is: "+fault.Or(parity.Names()))
	f.IntVar(&c.days, "days", 30, "The days that are compared; figures of the export over others are passed over")
	f.StringVar(&c.tolerance, "tolerance", "0.05", "How far apart SLIs may be, in percentage points")
	f.StringVar(&c.mapping, "map", "", "A table of which SLO there is which here, with the columns theirs and ours")
	f.StringVarP(&c.output, "output", "o", "text", "How it is told: text, json or csv")
	c.flags(p, f)
	return cmd
}

// check returns the format and the tolerance, or what is wrong with the command line.
func (c *comparing) check() (parity.Format, *big.Rat, error) {
	format, known := parity.FormatOf(c.format)
	tolerance, decimal := foreign.Rational(c.tolerance)
	switch {
	case c.export == "":
		return format, nil, errors.New("there is no --export: name the file with what the tool exported")
	case !known:
		return format, nil, fmt.Errorf("--format %q is none of %s", c.format, fault.Or(parity.Names()))
	case !decimal || tolerance.Sign() < 0:
		return format, nil, fmt.Errorf("--tolerance %q is no number of percentage points, such as 0.05", c.tolerance)
	case c.days < 1 || c.days > slo.MaxWindowDays:
		return format, nil, fmt.Errorf("--days is %d, and has to be 1 to %d", c.days, slo.MaxWindowDays)
	case !slices.Contains([]string{"text", "json", "csv"}, c.output):
		return format, nil, fmt.Errorf("--output %q is none of text, json and csv", c.output)
	}
	return format, tolerance, nil
}

// compare reads the export and asks the server for the same SLOs.
func (p *program) compare(ctx context.Context, remote *client.Client, stdin io.Reader, c comparing, format parity.Format, tolerance *big.Rat) (parity.Report, error) {
	report := parity.Report{Tolerance: tolerance}
	var mapping parity.Mapping
	if c.mapping != "" {
		text, err := readAll(c.mapping, stdin)
		if err != nil {
			return report, fmt.Errorf("read the mapping: %w", err)
		}
		if mapping, err = parity.ReadMapping(text); err != nil {
			return report, p.inFile(c.mapping, err)
		}
	}
	text, err := readAll(c.export, stdin)
	if err != nil {
		return report, fmt.Errorf("read the export: %w", err)
	}
	theirs, err := format.Read(text, c.days)
	if err != nil {
		return report, p.inFile(c.export, err)
	}
	if len(theirs) == 0 {
		return report, fmt.Errorf("there is no figure over %d days in %s", c.days, c.export)
	}
	here, names, err := listed(ctx, remote)
	if err != nil {
		return report, fmt.Errorf("read the SLOs: %w", err)
	}
	pairs, rest := parity.Match(theirs, names, mapping)
	for _, pair := range pairs {
		var ours *parity.Ours
		if pair.Here != nil {
			if ours, err = measured(ctx, remote, here[*pair.Here], pair.Theirs.To); err != nil {
				return report, fmt.Errorf("read the history of %s: %w", pair.Here, err)
			}
		}
		report.Rows = append(report.Rows, parity.Judge(pair, ours, tolerance))
	}
	report.Rows = append(report.Rows, parity.Alone(rest)...)
	return report, nil
}

// readAll reads a file; - is standard input.
func readAll(name string, stdin io.Reader) ([]byte, error) {
	if name == "-" {
		return io.ReadAll(io.LimitReader(stdin, parity.MaxText+1))
	}
	return os.ReadFile(name)
}

// inFile tells each problem of a file at its place.
func (p *program) inFile(name string, err error) error {
	var wrong *yamldoc.Error
	if !errors.As(err, &wrong) {
		return err
	}
	for _, problem := range wrong.Problems {
		fmt.Fprintf(p.stderr, "%s:%s\n", name, oneLine(problem.String()))
	}
	return codeError(exitError)
}

// listed are all SLOs of the server, and what they are called.
func listed(ctx context.Context, c *client.Client) (map[parity.Name]client.SLO, []parity.Name, error) {
	all := map[parity.Name]client.SLO{}
	var names []parity.Name
	limit := int64(200)
	for s, err := range c.ListSLOs(ctx, &client.ListSLOsParams{Limit: &limit}) {
		if err != nil {
			return nil, nil, err
		}
		name := parity.Name{Service: s.Service.Slug, SLO: s.Slug}
		all[name] = s
		names = append(names, name)
	}
	return all, names, nil
}

// measured is what the SLO's window held that ended then, or now where nobody says when.
func measured(ctx context.Context, c *client.Client, s client.SLO, to time.Time) (*parity.Ours, error) {
	const day = 24 * time.Hour
	step := int64(day / time.Second)
	params := &client.GetSLOHistoryParams{StepSeconds: &step}
	if !to.IsZero() {
		from := to.Add(-day)
		params.From, params.To = &from, &to
	}
	history, err := c.GetSLOHistory(ctx, s.Service.Slug, s.Slug, params)
	if err != nil {
		return nil, err
	}
	out := &parity.Ours{Figure: parity.Figure{Service: s.Service.Slug, SLO: s.Slug, ID: s.ID}}
	out.Objective, _ = parity.ShareOf(s.Objective)
	if history.WindowDays != nil {
		out.Window = time.Duration(*history.WindowDays) * day
	}
	if n := len(history.Points); n > 0 {
		last := history.Points[n-1]
		out.To, out.From = last.At, last.At.Add(-out.Window)
		out.Good, out.Total, out.Remaining = exactly(last.Good), exactly(last.Total), exactly(last.Remaining)
	}
	out.Figure = out.Complete()
	return out, nil
}

// exactly is the decimal that a number of JSON was written as.
func exactly(v *float64) *big.Rat {
	if v == nil {
		return nil
	}
	r, _ := new(big.Rat).SetString(strconv.FormatFloat(*v, 'f', -1, 64))
	return r
}

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/yamldoc"
	"github.com/evenkeel/evenkeel/services/foreign"
	"github.com/evenkeel/evenkeel/services/registry"
)

// The files that an import writes beside the documents.
const (
	reportForPeople   = "import-report.md"
	reportForPrograms = "import-report.json"
)

// importCommand reads documents of other tools and writes ours, without a server.
func (p *program) importCommand() *cobra.Command {
	in := importing{}
	var output string
	var dryRun, force bool
	var about strings.Builder
	for _, f := range importFormats {
		fmt.Fprintf(&about, "  %-14s %s\n", f.name, f.what)
	}
	cmd := &cobra.Command{
		Use:   "import FORMAT PATH...",
		Short: "Write documents of other tools as Evenkeel's own, without a server",
		Long: `Write documents of other tools as Evenkeel's own, without a server.

FORMAT is one of

` + about.String() + `
PATH is a file, a directory, or - for standard input; of a directory hidden files and
links that lead out of it are passed over. Each thing becomes a file in the directory
that -o names: teams/, systems/, services/, slos/SERVICE/ and scorecards/; facts that
scorecards ask and nobody tells yet are in service-facts/, to be declared.
What became of each, and what did not translate, is in import-report.md there, and for
programs in import-report.json; a summary is printed.

It can be run again: what is as it would be written is left alone, what somebody edited
since is kept and told, and what an earlier run did not come to is written. A file that
was removed is written again.

It ends with 1 where a document could not be read; the others are written all the same.`,
		Example: `  evenkeel import sloth slos/ -o imported/
  evenkeel import catalog-info catalog-info.yaml -o imported/ --team platform
  evenkeel import cortex .cortex/scorecards/ -o imported/
  evenkeel import csv services.csv -o imported/ --dry-run`,
		GroupID: groupLook,
		Args:    cobra.MinimumNArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			format, err := importFormatOf(args[0])
			if err == nil && output == "" && !dryRun {
				err = errors.New("name the directory to write with -o, or say --dry-run")
			}
			for _, slug := range []struct{ flag, value string }{{"team", in.team}, {"data-source", in.dataSource}} {
				if slug.value != "" && !registry.ValidSlug(slug.value) {
					err = errors.Join(err, fmt.Errorf("--%s must be a short name, such as payments, not %q", slug.flag, fault.Clip(slug.value, 64)))
				}
			}
			if err != nil {
				return wrongUse(cmd, err)
			}
			texts, unread, err := p.importTexts(cmd.InOrStdin(), args[1:], format, output)
			if err != nil {
				return err
			}
			read := format.read(texts, in)
			read.refused = append(read.refused, unread...)
			return p.importInto(output, format, read, dryRun, force)
		},
	}
	f := cmd.Flags()
	f.StringVarP(&output, "out", "o", "", "The directory to write into")
	f.StringVar(&in.team, "team", "", "The team of what no document gives to one, and of scorecards; with it, services that only SLOs name are written too")
	f.StringVar(&in.dataSource, "data-source", "prometheus", "The data source that queries ask, where no document names it")
	f.BoolVar(&dryRun, "dry-run", false, "Write nothing, and print the report")
	f.BoolVar(&force, "force", false, "Write over what somebody edited since")
	return cmd
}

// progressEvery is how many files go by between two lines of progress.
const progressEvery = 500

func (p *program) progress(did string) func(done, of int) {
	return func(done, of int) {
		if of > progressEvery && (done%progressEvery == 0 || done == of) {
			fmt.Fprintf(p.stderr, "%s %d of %d files\n", did, done, of)
		}
	}
}

// importTexts reads the files that are named, and those in directories that the format is written in. What
// is in the directory that is written into is left alone. Files that cannot be read are refused by themselves.
func (p *program) importTexts(stdin io.Reader, paths []string, format importFormat, output string) ([]foreign.Text, []foreign.Refusal, error) {
	files, err := fileReader{
		suffixes: format.suffixes, is: format.marked, tell: p.progress("read"),
		passes: func(dir string) bool { return output != "" && same(dir, output) },
	}.read(stdin, paths)
	var unread unreadFiles
	if err != nil && !errors.As(err, &unread) {
		return nil, nil, fmt.Errorf("import: %w", err)
	}
	if len(files) == 0 && len(unread) == 0 {
		return nil, nil, fmt.Errorf("there is nothing of %s to read in %s", format.name, strings.Join(paths, ", "))
	}
	texts := make([]foreign.Text, len(files))
	for i, f := range files {
		texts[i] = foreign.Text{In: f.path, Bytes: f.text}
	}
	refused := make([]foreign.Refusal, len(unread))
	for i, problem := range unread {
		refused[i] = foreign.Refusal{In: problem.In, Err: &yamldoc.Error{Problems: unread[i : i+1]}}
	}
	return texts, refused, nil
}

// marked reports whether a file looks like one of the format.
func (f importFormat) marked(text []byte) bool {
	return len(f.marks) == 0 || slices.ContainsFunc(f.marks, func(mark string) bool { return bytes.Contains(text, []byte(mark)) })
}

// importInto writes what was read, with the report, and says what became of it.
func (p *program) importInto(output string, format importFormat, read importReading, dryRun, force bool) error {
	if dryRun {
		if _, err := p.stdout.Write(reportOf(format.name, read, importOutcome{}).markdown()); err != nil {
			return err
		}
		return endOf(read)
	}
	dir, err := openImportDirectory(output, format.name, force)
	if err != nil {
		return err
	}
	outcome, report, err := dir.bring(read, p.progress("wrote"))
	if err != nil {
		return fmt.Errorf("%w; what was written stays: run it again to go on", err)
	}
	for _, d := range report.Refused {
		for _, problem := range d.Problems {
			at := problem.Pointer
			if at != "" {
				at += ": "
			}
			fmt.Fprintf(p.stderr, "%s:%d:%d: %s%s\n", problem.File, problem.Line, problem.Column, at, problem.Message)
		}
	}
	for _, path := range outcome.edited {
		fmt.Fprintf(p.stderr, "%s: edited, kept\n", filepath.Join(output, path))
	}
	fmt.Fprintf(p.stdout, "%s.\n%d files written, %d as they were, %d edited and kept. See %s.\n", report.Counts, outcome.written, outcome.unchanged, len(outcome.edited), filepath.Join(output, reportForPeople))
	return endOf(read)
}

// bring writes documents and report.
func (d *importDirectory) bring(read importReading, progress func(done, of int)) (importOutcome, importReport, error) {
	files := make([]importFile, len(read.things))
	for i, t := range read.things {
		files[i] = importFile{t.path, t.text}
	}
	for _, f := range read.facts {
		text, err := json.MarshalIndent(f, "", "  ")
		if err != nil {
			return importOutcome{}, importReport{}, err
		}
		files = append(files, importFile{"service-facts/" + f.Name + ".json", append(text, '\n')})
	}
	outcome, err := d.write(files, progress)
	if err != nil {
		return outcome, importReport{}, err
	}
	report := reportOf(d.format, read, outcome)
	text, err := report.json()
	if err != nil {
		return outcome, report, err
	}
	return outcome, report, errors.Join(d.put(filepath.Join(d.root, reportForPrograms), text), d.put(filepath.Join(d.root, reportForPeople), report.markdown()))
}

// endOf is how the command ends.
func endOf(read importReading) error {
	if len(read.refused) > 0 {
		return codeError(exitError)
	}
	return nil
}

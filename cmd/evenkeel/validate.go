package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/yamldoc"
	"github.com/evenkeel/evenkeel/services/openslo"
)

// memoryLimit is from how much memory on, in bytes, validation collects what is no longer used.
const memoryLimit = 1 << 30

// warnServersFact is the code of a warning of a fact that only a server can know.
const warnServersFact = "fact_of_server"

// validateCommand judges documents, without a server.
func (p *program) validateCommand() *cobra.Command {
	var o openslo.Options
	var form string
	cmd := &cobra.Command{
		Use:   "validate PATH...",
		Short: "Check documents of OpenSLO and manifests in files, without a server",
		Long: `Check documents of OpenSLO, openslo/v1, and manifests, evenkeel/v1, in files, without
a server; of a directory all files *.yaml and *.yml in it and below, but for hidden
ones and links that lead out of it; - is standard input. They may refer to each other
in any order, from file to file.

All that is wrong is told with its file, line, column, document and path. What the
prose of the specification of OpenSLO allows is right, and what its reference
implementation refuses of that is a warning. With --strict the verdict is the
reference implementation's, and what only the prose refuses is a warning.

Conditions of policies, scorecards and campaigns are checked as a server checks them,
but for facts that administrators declare: a name that no fact has that comes with
Evenkeel is a warning.

It ends with 0 when all is right, 1 when something is wrong, and 2 when the command
line is wrong.`,
		Example: `  evenkeel validate slos/
  evenkeel validate --strict slos/checkout.yaml
  cat slo.yaml | evenkeel validate -o json -`,
		GroupID: groupLook,
		Args:    cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if form != "text" && form != "json" {
				return wrongUse(cmd, fmt.Errorf("--output must be text or json, not %q", fault.Clip(form, 64)))
			}
			// A thousand documents take a tenth of it, and are not worth collecting what is no longer used.
			defer debug.SetMemoryLimit(debug.SetMemoryLimit(memoryLimit))
			defer debug.SetGCPercent(debug.SetGCPercent(-1))
			found, err := p.validated(cmd.InOrStdin(), args, o)
			if err != nil {
				return err
			}
			return p.tellValidated(found, form)
		},
	}
	f := cmd.Flags()
	f.BoolVar(&o.Strict, "strict", false, "Judge as the reference implementation of OpenSLO does")
	f.StringVarP(&form, "output", "o", "text", "How to tell: text, or json for programs")
	return cmd
}

// validation is what was found in files.
type validation struct {
	Files     int       `json:"files"`
	Documents int       `json:"documents"`
	Errors    []finding `json:"errors"`
	Warnings  []finding `json:"warnings"`
}

// finding is something at a place.
type finding struct {
	Code     string `json:"code,omitempty"` // of a warning
	Rule     string `json:"rule,omitempty"`
	File     string `json:"file"`
	Document int    `json:"document"`
	Line     int    `json:"line"`
	Column   int    `json:"column"`
	Path     string `json:"path"`
	Reason   string `json:"reason"`
}

func findingOf(code string, p yamldoc.Problem) finding {
	return finding{code, p.Rule, p.In, p.Document, p.Line, p.Column, p.Pointer, p.Message}
}

// validated judges the documents of the files.
func (p *program) validated(stdin io.Reader, paths []string, o openslo.Options) (validation, error) {
	files, err := yamlReader.read(stdin, paths)
	var unread unreadFiles
	if err != nil && !errors.As(err, &unread) {
		return validation{}, err
	}
	texts := make([]yamldoc.File, len(files))
	for i, f := range files {
		texts[i] = yamldoc.File{Name: f.path, Text: f.text}
	}
	o.Beside = yamldoc.APIVersion // of which documents may stand among them
	docs, err := openslo.ReadAll(texts, o)
	found := validation{Files: len(files) + len(unread), Documents: docs.Count, Errors: []finding{}, Warnings: []finding{}}
	for _, problem := range unread {
		found.Errors = append(found.Errors, findingOf("", problem))
	}
	var refused *yamldoc.Error
	switch {
	case errors.As(err, &refused):
		for _, problem := range refused.Problems {
			found.Errors = append(found.Errors, findingOf("", problem))
		}
	case err != nil:
		return validation{}, err
	}
	found.Documents += len(docs.Others)
	wrong, unknown, err := checkManifests(docs.Others)
	if err != nil {
		return validation{}, err
	}
	for _, problem := range wrong {
		found.Errors = append(found.Errors, findingOf("", problem))
	}
	for _, problem := range unknown {
		found.Warnings = append(found.Warnings, findingOf(warnServersFact, problem))
	}
	for _, w := range docs.Warnings {
		found.Warnings = append(found.Warnings, findingOf(w.Code, w.Problem))
	}
	if docs.Undeclared != nil {
		for _, problem := range docs.Undeclared.Problems {
			problem.Message = "cannot be declared here: " + problem.Message
			found.Warnings = append(found.Warnings, findingOf(openslo.WarnUndeclared, problem))
		}
	}
	return found, nil
}

// tellValidated tells what was found, errors after warnings, so that they stand last.
func (p *program) tellValidated(found validation, form string) error {
	if form == "json" {
		encoder := json.NewEncoder(p.stdout)
		encoder.SetIndent("", "  ")
		if err := encoder.Encode(found); err != nil {
			return fmt.Errorf("write what was found: %w", err)
		}
	} else {
		for _, f := range found.Warnings {
			fmt.Fprint(p.stderr, placed(f.File, "warning: ", f.problem()))
		}
		for _, f := range found.Errors {
			fmt.Fprint(p.stderr, placed(f.File, "", f.problem()))
		}
		fmt.Fprintf(p.stdout, "%s in %s: %s, %s\n", numbered(found.Documents, "document"), numbered(found.Files, "file"), numbered(len(found.Errors), "error"), numbered(len(found.Warnings), "warning"))
	}
	if len(found.Errors) > 0 {
		return codeError(exitError)
	}
	return nil
}

func (f finding) problem() yamldoc.Problem {
	return yamldoc.Problem{Document: f.Document, Line: f.Line, Column: f.Column, Pointer: f.Path, Message: f.Reason}
}

func numbered(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

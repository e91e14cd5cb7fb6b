package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"

	"github.com/aymanbagabas/go-udiff"
	"github.com/spf13/cobra"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/yamldoc"
	"github.com/evenkeel/evenkeel/openapi/client"
)

// keeping is the commands on one kind of things that people keep as YAML; D is what a file
// holds, as the API takes it.
type keeping[D any] struct {
	noun string // "policy"
	// read reads a file's text, and checks what can be checked without a server; the error is a
	// *yamldoc.Error.
	read  func(text []byte) (D, yamldoc.Document, error)
	write func(D) ([]byte, error)
	slug  func(D) string
	// body is what is sent, and taken how an answer is understood.
	body  func(D) any
	taken func(answer []byte) (D, error)
	get   func(ctx context.Context, c *client.ClientWithResponses, slug string) (*http.Response, error)
	make  func(ctx context.Context, c *client.ClientWithResponses, body io.Reader) (*http.Response, error)
	// change revises what has the ETag.
	change  func(ctx context.Context, c *client.ClientWithResponses, slug, etag string, body io.Reader) (*http.Response, error)
	missing string // the code of the answer that there is none
	// foresee tells what a change would come to, in lines; nil where nothing is to be told. It is
	// asked before anything is brought, so that a server that refuses one of several files refuses
	// all of them.
	foresee func(ctx context.Context, c *client.ClientWithResponses, slug string, there bool, body io.Reader) (string, error)
}

// file is one that was read.
type file[D any] struct {
	name  string
	thing D
	yamldoc.Document
}

// readAll reads the files, and tells each problem with its place.
func (d keeping[D]) readAll(p *program, names []string, right func(name string)) ([]file[D], error) {
	files := make([]file[D], len(names))
	bad := false
	for i, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("read a %s: %w", d.noun, err)
		}
		files[i].name = name
		files[i].thing, files[i].Document, err = d.read(text)
		var refused *yamldoc.Error
		switch {
		case errors.As(err, &refused):
			bad = true
			p.tellProblems(name, refused)
		case err != nil:
			return nil, err
		default:
			right(name)
		}
	}
	if bad {
		return nil, codeError(exitError)
	}
	return files, nil
}

// tellProblems tells each with its file, as compilers do.
func (p *program) tellProblems(name string, refused *yamldoc.Error) {
	for _, problem := range refused.Problems {
		fmt.Fprintf(p.stderr, "%s:%s\n", name, problem)
	}
}

// check reads and checks files.
func (d keeping[D]) check(p *program, names []string) error {
	_, err := d.readAll(p, names, func(name string) { fmt.Fprintf(p.stdout, "%s: right\n", name) })
	return err
}

// applyCommand brings files to a server.
func (d keeping[D]) applyCommand(p *program, cmd *cobra.Command) *cobra.Command {
	var r remote
	var dry bool
	cmd.Args = cobra.MinimumNArgs(1)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		files, err := d.readAll(p, args, func(string) {})
		if err != nil {
			return err
		}
		c, err := r.client(p.environ)
		if err != nil {
			return wrongUse(cmd, err)
		}
		if d.foresee != nil {
			for _, f := range files {
				if err := d.refuses(p, f, func() error { return d.look(cmd.Context(), p, c, f, dry) }); err != nil {
					return err
				}
			}
		}
		differs := false
		for _, f := range files {
			err := d.refuses(p, f, func() error {
				changed, err := d.apply(cmd.Context(), p, c, f.thing, dry)
				differs = differs || changed
				return err
			})
			if err != nil {
				return err
			}
		}
		if dry && differs {
			return errDifference
		}
		return nil
	}
	r.flags(cmd.Flags())
	cmd.Flags().BoolVar(&dry, "dry-run", false, "Tell what would change, and change nothing")
	return cmd
}

// refuses does something with a file; what the server finds wrong with it is told at its place.
func (d keeping[D]) refuses(p *program, f file[D], do func() error) error {
	err := do()
	var refused *refusal
	if errors.As(err, &refused) && refused.code == http.StatusUnprocessableEntity && refused.problem.Errors != nil {
		p.tellProblems(f.name, f.Place(violationsOf(*refused.problem.Errors)))
		return codeError(exitError)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", f.name, err)
	}
	return nil
}

func violationsOf(problems []client.Fault) []fault.Violation {
	out := make([]fault.Violation, len(problems))
	for i, one := range problems {
		out[i] = fault.Violation{Pointer: one.Pointer, Message: one.Message}
		if one.Value != nil {
			out[i].Value = *one.Value
		}
	}
	return out
}

// there is the thing of that slug as the server has it, with its ETag; nil where there is none.
func (d keeping[D]) there(ctx context.Context, c *client.ClientWithResponses, slug string) (*D, string, error) {
	var answer json.RawMessage
	res, err := d.get(ctx, c, slug)
	err = answered(res, err, &answer)
	var refused *refusal
	if errors.As(err, &refused) && refused.code == http.StatusNotFound && refused.problem.Code == d.missing {
		return nil, "", nil
	}
	if err != nil {
		return nil, "", err
	}
	thing, err := d.taken(answer)
	if err != nil {
		return nil, "", fmt.Errorf("the answer of the server is not understood: %w", err)
	}
	return &thing, res.Header.Get("ETag"), nil
}

// look tells what bringing the file would come to.
func (d keeping[D]) look(ctx context.Context, p *program, c *client.ClientWithResponses, f file[D], tell bool) error {
	slug := d.slug(f.thing)
	before, _, err := d.there(ctx, c, slug)
	if err != nil {
		return err
	}
	body, err := json.Marshal(d.body(f.thing))
	if err != nil {
		return err
	}
	text, err := d.foresee(ctx, c, slug, before != nil, bytes.NewReader(body))
	if err == nil && tell {
		_, err = io.WriteString(p.stdout, text)
	}
	return err
}

// apply brings one thing, and tells what changed; true when something did, or would.
func (d keeping[D]) apply(ctx context.Context, p *program, c *client.ClientWithResponses, thing D, dry bool) (bool, error) {
	slug := d.slug(thing)
	there, etag, err := d.there(ctx, c, slug)
	if err != nil {
		return false, err
	}
	body, err := json.Marshal(d.body(thing))
	if err != nil {
		return false, err
	}
	var answer json.RawMessage
	if there == nil {
		if !dry {
			res, err := d.make(ctx, c, bytes.NewReader(body))
			if err := answered(res, err, &answer); err != nil {
				return false, err
			}
		}
		fmt.Fprintf(p.stdout, "%s: is made\n", slug)
		return true, nil
	}
	before, err := d.write(*there)
	if err != nil {
		return false, err
	}
	after, err := d.write(thing)
	if err != nil {
		return false, err
	}
	if bytes.Equal(before, after) {
		fmt.Fprintf(p.stdout, "%s: is the same\n", slug)
		return false, nil
	}
	if !dry {
		res, err := d.change(ctx, c, slug, etag, bytes.NewReader(body))
		if err := answered(res, err, &answer); err != nil {
			return false, err
		}
	}
	fmt.Fprintf(p.stdout, "%s: is revised\n%s", slug, udiff.Unified("there", "here", string(before), string(after)))
	return true, nil
}

// exportCommand writes a thing of a server as YAML.
func (d keeping[D]) exportCommand(p *program, cmd *cobra.Command) *cobra.Command {
	var r remote
	cmd.Args = cobra.ExactArgs(1)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		c, err := r.client(p.environ)
		if err != nil {
			return wrongUse(cmd, err)
		}
		var answer json.RawMessage
		res, err := d.get(cmd.Context(), c, args[0])
		if err := answered(res, err, &answer); err != nil {
			return err
		}
		there, err := d.taken(answer)
		if err != nil {
			return fmt.Errorf("the answer of the server is not understood: %w", err)
		}
		text, err := d.write(there)
		if err != nil {
			return err
		}
		_, err = io.Copy(p.stdout, bytes.NewReader(text))
		return err
	}
	r.flags(cmd.Flags())
	return cmd
}

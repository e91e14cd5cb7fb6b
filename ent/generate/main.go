// Command generate writes ent/db from the tables in ent/schema: the tables themselves, from which the
// migrations are made, of every schema, and the builders with which rows are read and written of those alone
// that are marked schema.Built. Most of the store speaks SQL, and builders that nobody calls took the most of
// the time and memory in which the program is compiled.
package main

import (
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"slices"

	"entgo.io/ent/entc/gen"
	"entgo.io/ent/entc/load"

	"github.com/evenkeel/evenkeel/ent/schema"
)

// tables is the folder, and the package, of the tables of every schema.
const tables = "migrate"

func main() {
	log.SetFlags(0)
	schemas := flag.String("schemas", "./schema", "the folder of the schemas")
	target := flag.String("target", "./db", "the folder to write to; what was in it is removed")
	flag.Parse()
	if err := generate(*schemas, *target); err != nil {
		log.Fatal(err)
	}
}

func generate(schemas, target string) (err error) {
	spec, err := (&load.Config{Path: schemas}).Load()
	if err != nil {
		return fmt.Errorf("load the schemas: %w", err)
	}
	scratch, err := os.MkdirTemp(filepath.Dir(target), "generate")
	if err != nil {
		return fmt.Errorf("make a folder to write to: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(scratch)) }()
	written := filepath.Join(scratch, "db")
	if err := write(spec.PkgPath, written, built(spec.Schemas)); err != nil {
		return fmt.Errorf("write the builders: %w", err)
	}
	// The tables of all schemas come over those of the few.
	gen.Templates = nil
	gen.GraphTemplates = slices.DeleteFunc(gen.GraphTemplates, func(t gen.GraphTemplate) bool { return filepath.Dir(t.Format) != tables })
	if err := write(spec.PkgPath, written, spec.Schemas); err != nil {
		return fmt.Errorf("write the tables: %w", err)
	}
	if err := os.RemoveAll(target); err != nil {
		return fmt.Errorf("remove what was generated before: %w", err)
	}
	return os.Rename(written, target)
}

// write generates code of the schemas.
func write(pkg, target string, schemas []*load.Schema) error {
	storage, err := gen.NewStorage("sql")
	if err != nil {
		return err
	}
	graph, err := gen.NewGraph(&gen.Config{
		Schema: pkg, Package: filepath.Dir(pkg) + "/db", Target: target, Storage: storage,
		Features: []gen.Feature{gen.FeatureVersionedMigration, gen.FeatureLock, gen.FeatureExecQuery},
	}, schemas...)
	if err != nil {
		return err
	}
	return graph.Gen()
}

// built are the schemas that are marked, without their edges to others: the columns of those are fields.
func built(all []*load.Schema) []*load.Schema {
	marked := map[string]bool{}
	for _, s := range all {
		_, marked[s.Name] = s.Annotations[schema.Built{}.Name()]
	}
	var out []*load.Schema
	for _, s := range all {
		if !marked[s.Name] {
			continue
		}
		kept := *s
		kept.Edges = nil
		for _, e := range s.Edges {
			if marked[e.Type] {
				kept.Edges = append(kept.Edges, e)
			}
		}
		out = append(out, &kept)
	}
	return out
}

package standin

import (
	"crypto/sha1" // by which git names what a file holds
	"encoding/base64"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// Files of the default branch.

func blobSHA(text string) string { return fmt.Sprintf("%x", sha1.Sum([]byte(text))) }

// getContent gives a file, or the list of a directory.
func getContent(c *call) *reply {
	r, refused := c.inRepository("contents", "read")
	if refused != nil {
		return refused
	}
	path := c.Parameters["path"]
	if text, there := r.files[path]; there {
		return answered(http.StatusOK, with(c.content(r, path, "file", len(text), blobSHA(text)), object{
			"encoding": "base64", "content": base64.StdEncoding.EncodeToString([]byte(text)),
		}))
	}
	items := []any{}
	for _, e := range r.tree(path) {
		kind := "file"
		if e.directory {
			kind = "dir"
		}
		items = append(items, c.content(r, path+"/"+e.name, kind, e.size, e.sha))
	}
	if len(items) == 0 {
		return notFound()
	}
	return answered(http.StatusOK, items)
}

func (c *call) content(r *repository, path, kind string, size int, sha string) object {
	at := c.g.repositoryURL(r) + "/contents/" + path
	shown := "https://github.com/" + r.fullName() + "/blob/" + r.about.branch() + "/" + path
	return object{
		"type": kind, "size": size, "name": path[strings.LastIndexByte(path, '/')+1:], "path": path, "sha": sha,
		"url": at, "git_url": at, "html_url": shown, "download_url": shown, "_links": object{"self": at, "git": at, "html": shown},
	}
}

// entry is a file or a directory in a directory.
type entry struct {
	name      string
	directory bool
	size      int
	sha       string
}

// tree is what is right in a directory, and empty for the root, by name. The name by which
// git has a directory follows from all that is in it.
func (r *repository) tree(directory string) []entry {
	found := map[string]entry{}
	for _, path := range slices.Sorted(maps.Keys(r.files)) {
		rest := path
		if directory != "" {
			var within bool
			if rest, within = strings.CutPrefix(path, directory+"/"); !within {
				continue
			}
		}
		text := r.files[path]
		name, deeper, isDirectory := strings.Cut(rest, "/")
		if !isDirectory {
			found[name] = entry{name: name, size: len(text), sha: blobSHA(text)}
			continue
		}
		found[name] = entry{name: name, directory: true, sha: blobSHA(found[name].sha + "\n" + deeper + " " + blobSHA(text))}
	}
	var entries []entry
	for _, name := range slices.Sorted(maps.Keys(found)) {
		entries = append(entries, found[name])
	}
	return entries
}

// getTree gives the root of the default branch, whose name or HEAD is asked for.
func getTree(c *call) *reply {
	r, refused := c.inRepository("contents", "read")
	if refused != nil {
		return refused
	}
	switch name := c.Parameters["tree_sha"]; {
	case len(r.files) == 0:
		return failed(http.StatusConflict, "Git Repository is empty.")
	case name != "HEAD" && name != r.about.branch():
		return notFound()
	}
	all, items := "", []any{}
	for _, e := range r.tree("") {
		kind, mode := "blob", "100644"
		if e.directory {
			kind, mode = "tree", "040000"
		}
		item := object{"path": e.name, "mode": mode, "type": kind, "sha": e.sha, "url": c.g.repositoryURL(r) + "/git/" + kind + "s/" + e.sha}
		if !e.directory {
			item["size"] = e.size
		}
		items = append(items, item)
		all += e.name + " " + e.sha + "\n"
	}
	sha := blobSHA(all)
	return answered(http.StatusOK, object{"sha": sha, "url": c.g.repositoryURL(r) + "/git/trees/" + sha, "tree": items, "truncated": false})
}

// Package cataloginfo reads entities of Backstage's catalog in files, catalog-info.yaml, as what a
// portal that is connected would tell of them: groups are teams, systems systems and components
// services, by the rules of package catalog. Which annotations and links say what is as in the
// portal's own plugin, portal-plugin/plugins/catalog-backend-module-evenkeel.
//
// The form of entities is that of Backstage's "Descriptor Format of Catalog Entities", and references
// are read as its catalog-model does: kind and namespace may be left out, and case does not count.
package cataloginfo

/** A block of code of the guide. */
export type Block = {
  language: string;
  /** The file that its first line names, in a comment. */
  file?: string;
  lines: string[];
};

/** The fenced blocks of code of a document. */
export function blocksOf(markdown: string): Block[] {
  return [...markdown.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(found => {
    const lines = found[2].trimEnd().split('\n');
    const file = /^(?:\/\/|#) (\S+\.\w+)$/.exec(lines[0])?.[1];
    return { language: found[1], file, lines: file ? lines.slice(1) : lines };
  });
}

/** What the guide has added to a package of the app: `yarn --cwd packages/app add …`. */
export function addedTo(directory: string, blocks: Block[]): string[] {
  const command = `yarn --cwd ${directory} add `;
  return blocks
    .filter(block => block.language === 'sh')
    .flatMap(block => block.lines)
    .filter(line => line.startsWith(command))
    .flatMap(line => line.slice(command.length).split(/\s+/));
}

/**
 * A file with what the guide puts into it: lines that import go to the top, those before the guide's
 * own comment or `backend.add(…)` to where their like is.
 */
export function withGuide(text: string, file: string, blocks: Block[]): string {
  const lines = blocks
    .filter(block => block.file === file)
    .flatMap(block => block.lines);
  const imports = lines.filter(line => line.startsWith('import '));
  const added = lines.filter(line => line.startsWith('backend.add('));
  const features = lines.filter(line => /^ {4}\w+, \/\//.test(line));
  if (imports.length === 0 || added.length + features.length === 0) {
    throw new Error(`the guide has nothing for ${file}`);
  }
  return [
    ...imports,
    text
      .replace(/^backend\.start\(/m, start => [...added, start].join('\n'))
      .replace(/^ {2}features: \[$/m, start => [start, ...features].join('\n')),
  ].join('\n');
}

/** Where the folders of a container are on this machine. */
export class Mounts {
  private readonly local: ReadonlyMap<string, string>;
  private readonly pattern: RegExp | undefined;

  /** From mount paths to local paths. */
  constructor(mounts: Iterable<readonly [string, string]>) {
    this.local = new Map([...mounts].map(([mountPath, local]) => [mountPath.replace(/(?<=.)\/+$/, ''), local]));
    const paths = [...this.local.keys()].sort((a, b) => b.length - a.length); // a mount in a mount: the inner one first
    const any = paths.map((path) => path.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|');
    this.pattern = any ? new RegExp(`(?<![\\w./-])(?:${any})(?![\\w.-])`, 'g') : undefined;
  }

  /** The local folder of a path, if the path is in a mount. */
  folderOf(path: string | undefined): string | undefined {
    if (path === undefined) return undefined;
    const translated = this.translate(path);
    return translated === path ? undefined : translated;
  }

  /** The text with every path below a mount path replaced by the path on this machine. */
  translate(text: string): string {
    return this.pattern ? text.replace(this.pattern, (path) => this.local.get(path) ?? path) : text;
  }
}

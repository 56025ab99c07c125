import { readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Project } from './project';

/** What the generated code is compiled with, beside the runtime. */
const ANNOTATIONS = ['org.jetbrains:annotations:19.0.0', 'javax.annotation:javax.annotation-api:1.3.2'];

/**
 * A project in Java. The generated sources are compiled with it: a jar would require those of cdk8s. Returns what synthesizes an
 * example, which it compiles the first time.
 */
export async function java(project: Project): Promise<(example: string) => Promise<void>> {
  const { artifacts, names } = project.packed;
  const generated = join(artifacts, 'java', names.npm);
  const [, runtime] =
    /<artifactId>jsii-runtime<\/artifactId>\s*<version>\[([\d.]+),/.exec(
      readFileSync(join(generated, 'pom.xml'), 'utf8'),
    ) ?? [];
  project.write('pom.xml', pom([`software.amazon.jsii:jsii-runtime:${runtime}`, ...ANNOTATIONS]));
  await project.run('mvn', ['--quiet', '--batch-mode', 'dependency:copy-dependencies', '-DoutputDirectory=jars']);
  const sources = join(generated, 'src', 'main', 'java');
  const resources = join(generated, 'src', 'main', 'resources');
  const compiled = new Set<string>();
  return async (example) => {
    const name = `${example[0].toUpperCase()}${example.slice(1)}`;
    if (!compiled.has(name)) {
      const options = ['-nowarn', '-proc:none', '-encoding', 'UTF-8', '-d', 'classes', '-classpath', 'jars/*'];
      await project.run('javac', [...options, '-sourcepath', sources, `examples/java/${name}.java`]);
      compiled.add(name);
    }
    await project.run('java', ['-classpath', ['classes', resources, 'jars/*'].join(delimiter), name]);
  };
}

function pom(dependencies: readonly string[]): string {
  const elements = dependencies.map((dependency) => {
    const [group, artifact, version] = dependency.split(':');
    return `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version></dependency>`;
  });
  return `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion><groupId>project</groupId><artifactId>project</artifactId><version>1</version>
  <dependencies>${elements.join('')}</dependencies>
</project>
`;
}

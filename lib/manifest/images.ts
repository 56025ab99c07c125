import type { IConstruct } from 'constructs';
import { Check } from '../validation/check';
import { NODE_IMAGE, RABBITMQ_IMAGE } from './default-images';

/**
 * The images that the constructs of this package use inside a scope. The defaults are `node:24-slim`, which runs the
 * programs of this package, and `rabbitmq:4.3`.
 *
 * The order of calls does not matter: at synth, each construct searches its scopes from the inside out, and uses the
 * nearest setting. The image of your program is a property of its Job; `Images` does not change it.
 */
export class Images {
  /**
   * Returns the settings of a scope, such as the app or a chart.
   *
   * @param scope everything inside it uses these images
   */
  public static of(scope: IConstruct): Images {
    const images = settings.get(scope) ?? new Images(scope);
    settings.set(scope, images);
    return images;
  }

  /** @internal */
  public static _node(user: IConstruct): string {
    return find(user, (images) => images.node) ?? prefixed(user, NODE_IMAGE);
  }

  /** @internal */
  public static _rabbitMQ(user: IConstruct): string {
    return find(user, (images) => images.rabbitMQ) ?? prefixed(user, RABBITMQ_IMAGE);
  }

  /** @internal */
  public static _registry(user: IConstruct): string | undefined {
    return find(user, (images) => images.registry);
  }

  private registry?: string;
  private node?: string;
  private rabbitMQ?: string;

  private constructor(private readonly scope: IConstruct) {}

  /**
   * Pulls the default images from another registry: all of them get this prefix. With `registry.example.com/mirror`,
   * the node image is `registry.example.com/mirror/node:24-slim`. An image that you name, here or as a property, gets
   * no prefix.
   *
   * @param prefix a registry, optionally with a path, without a scheme; slashes at its end are ignored
   * @throws if the prefix is empty, has a scheme or a tag, or has upper case in the path
   */
  public useRegistry(prefix: string): void {
    const given = typeof prefix === 'string' ? prefix.replace(/\/+$/, '') : prefix;
    this.registry = this.check('useRegistry').registry('the prefix', given);
  }

  /**
   * Sets the image that runs the programs of this package. It must have `node`, version 20.3 or later, on its PATH, and
   * `mkfifo`, with which the courier creates its FIFOs.
   *
   * @param image an image reference with a tag or a digest
   * @throws if `image` is not an image reference: it is empty, or has a scheme, white space or upper case in its name
   */
  public useNode(image: string): void {
    this.node = this.check('useNode').image('the image', image);
  }

  /**
   * Sets the image of the broker. It must be built like the public one: it runs as user 999, keeps its data below
   * `/var/lib/rabbitmq` and reads `/etc/rabbitmq/conf.d`.
   *
   * @param image an image reference with a tag or a digest
   * @throws if `image` is not an image reference: it is empty, or has a scheme, white space or upper case in its name
   */
  public useRabbitMQ(image: string): void {
    this.rabbitMQ = this.check('useRabbitMQ').image('the image', image);
  }

  private check(method: string): Check {
    return new Check(`Images.of('${this.scope.node.path}').${method}`);
  }
}

const settings = new WeakMap<IConstruct, Images>();

function find(user: IConstruct, setting: (images: Images) => string | undefined): string | undefined {
  for (const scope of user.node.scopes.reverse()) {
    const images = settings.get(scope);
    const found = images && setting(images);
    if (found !== undefined) return found;
  }
  return undefined;
}

function prefixed(user: IConstruct, image: string): string {
  const registry = Images._registry(user);
  return registry === undefined ? image : `${registry}/${image}`;
}

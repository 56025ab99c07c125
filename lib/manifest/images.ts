import type { IConstruct } from 'constructs';
import { Check } from '../validation/check';

/** The images of this package: one place for their names. */
const NODE = 'node:24-slim';
const RABBITMQ = 'rabbitmq:4.3';

/**
 * Which images the constructs of this package use, for everything inside a scope. The order does not matter: the images are
 * looked up at synth, from the construct that uses one upwards, and the nearest setting wins.
 *
 * These are `node:24-slim`, which runs the programs of this package, and `rabbitmq:4.3`. The image of your own program is a
 * property of `CoarseWorkerJob` and not touched by this.
 */
export class Images {
  /**
   * The settings of a scope, such as the app or a chart.
   *
   * @param scope whatever is inside it uses these images
   */
  public static of(scope: IConstruct): Images {
    const images = settings.get(scope) ?? new Images(scope);
    settings.set(scope, images);
    return images;
  }

  /** @internal */
  public static _node(user: IConstruct): string {
    return find(user, (images) => images.node) ?? prefixed(user, NODE);
  }

  /** @internal */
  public static _rabbitMQ(user: IConstruct): string {
    return find(user, (images) => images.rabbitMQ) ?? prefixed(user, RABBITMQ);
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
   * Take the default images from another registry: all of them at once get this prefix. With `registry.example.com/mirror`
   * the node image is `registry.example.com/mirror/node:24-slim`. An image that you name yourself, here or as a property,
   * is used as it is.
   *
   * @param prefix a registry and a path in it, without a scheme; a slash at its end is ignored
   * @throws where the prefix is no registry with a path: is empty, has a scheme or a tag, or upper case in the path
   */
  public useRegistry(prefix: string): void {
    this.registry = this.check('useRegistry').registry('the prefix', prefix?.replace(/\/+$/, ''));
  }

  /**
   * The image that runs the programs of this package: it must have `node`, version 20.3 or later, on its PATH, and `mkfifo`, with
   * which the courier makes its FIFOs.
   *
   * @param image a reference with a tag or a digest
   * @throws where it is no reference to an image: is empty, has a scheme, white space or upper case in its name
   */
  public useNode(image: string): void {
    this.node = this.check('useNode').image('the image', image);
  }

  /**
   * The image of the broker. It must be made like the public one: it runs as user 999, keeps its data below
   * `/var/lib/rabbitmq` and reads `/etc/rabbitmq/conf.d`.
   *
   * @param image a reference with a tag or a digest
   * @throws where it is no reference to an image: is empty, has a scheme, white space or upper case in its name
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

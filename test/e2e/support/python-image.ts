import { loadDebianImage } from '../../../tools/cluster/image';

/** An image with all of Python. That of the cluster of our CI has the name `python:3.13-slim`, but not the whole standard library. */
export const PYTHON_IMAGE = 'example.com/python:3';

let isLoaded = false;

export function loadPythonImage(): void {
  if (isLoaded) return;
  isLoaded = true;
  loadDebianImage(PYTHON_IMAGE, 'python3', 'ca-certificates');
}

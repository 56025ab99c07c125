import { Env } from '../contract';
import { credentials } from './credentials';
import { endWith, leaveSignal } from './ending';
import { requireEnv } from './environment';

const leave = leaveSignal();

endWith(() => credentials(requireEnv(Env.SECRET_NAME), leave));

import { startService } from '../../runtime/src/service.js';
import { routes } from './routes.js';

await startService({ name: 'api', routes });

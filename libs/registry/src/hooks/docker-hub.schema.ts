import { z } from 'zod';

export const DockerHubPush = z.object({
  push_data: z.object({ tag: z.string(), pushed_at: z.number().optional().catch(undefined) }),
  repository: z.object({ repo_name: z.string() }),
});

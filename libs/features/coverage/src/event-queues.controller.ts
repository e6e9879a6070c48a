import { Controller, Get } from '@nestjs/common';
import { Route } from '@tidewaiter/server';
import { EventQueuePage } from './event-queues.schema';
import { EventQueuesService } from './event-queues.service';

@Controller('api/v1')
export class EventQueuesController {
  constructor(private readonly queues: EventQueuesService) {}

  @Get('event-queues')
  @Route({
    summary: 'List the queues that events are fetched from',
    description:
      'One for each registry whose configuration names one, with what the receivers saw at their last looks.',
    tags: ['registries'],
    responses: { 200: EventQueuePage },
    scope: 'read',
  })
  list(): Promise<EventQueuePage> {
    return this.queues.list();
  }
}

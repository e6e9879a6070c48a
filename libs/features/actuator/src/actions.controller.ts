import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { CallerName, Route } from '@tidewaiter/server';
import {
  Action,
  ActionListQuery,
  ActionOrder,
  ActionPage,
  ActionParams,
  ActionUndo,
  MarkExisting,
} from './actions.schema';
import { Actions } from './actions.service';
import { OrderAction } from './order-action';

const refusals = {
  409: 'The configuration does not allow it, or it cannot be done or taken back as it is.',
} as const;

@Controller('api/v1/actions')
export class ActionsController {
  constructor(
    private readonly actions: Actions,
    private readonly orderAction: OrderAction,
  ) {}

  @Get()
  @Route({
    summary: 'What was, will be and would be changed in registries',
    description: 'Newest first: who, when, why, what was there before, what came of it.',
    tags: ['actions'],
    query: ActionListQuery,
    responses: { 200: ActionPage },
    scope: 'read',
  })
  list(@Query() query: ActionListQuery): Promise<ActionPage> {
    return this.actions.list(query);
  }

  @Get(':id')
  @Route({
    summary: 'Get one action',
    tags: ['actions'],
    params: ActionParams,
    responses: { 200: Action },
    problems: { 404: 'No action has this id.' },
    scope: 'read',
  })
  get(@Param() { id }: ActionParams): Promise<Action> {
    return this.actions.get(id);
  }

  @Post()
  @HttpCode(202)
  @Route({
    summary: 'Release or hold an image in quarantine, or keep an image from being pulled',
    description: 'What the configuration of the registry allows. In a dry run the answer is all that happens.',
    tags: ['actions'],
    body: ActionOrder,
    responses: { 202: Action },
    problems: { 404: 'There is no such registry.', ...refusals },
    scope: 'admin',
  })
  async order(@Body() order: ActionOrder, @CallerName() key: string): Promise<Action> {
    return this.actions.get(await this.orderAction.order(order, key));
  }

  @Post('mark-existing')
  @HttpCode(202)
  @Route({
    summary: 'Mark everything that was never in quarantine as passed',
    description: 'Before the quarantine policy of a registry is switched on: what has no mark then cannot be pulled.',
    tags: ['actions'],
    body: MarkExisting,
    responses: { 202: Action },
    problems: { 404: 'There is no such registry.', ...refusals },
    scope: 'admin',
  })
  async markExisting(@Body() body: MarkExisting, @CallerName() key: string): Promise<Action> {
    return this.actions.get(await this.orderAction.markExisting(body, key));
  }

  @Post(':id/undo')
  @HttpCode(202)
  @Route({
    summary: 'Take an action back',
    description: 'Restores what was there before it.',
    tags: ['actions'],
    params: ActionParams,
    body: ActionUndo,
    responses: { 202: Action },
    problems: { 404: 'No action has this id.', ...refusals },
    scope: 'admin',
  })
  async undo(
    @Param() { id }: ActionParams,
    @Body() { reason }: ActionUndo,
    @CallerName() key: string,
  ): Promise<Action> {
    return this.actions.get(await this.orderAction.undo(id, { reason, requestedBy: key }));
  }
}

-- A large chunk takes minutes to convert, and members' logins are looked after every few seconds: each has its lane.
ALTER TABLE worker_lane DROP CONSTRAINT worker_lane_queue_check;
ALTER TABLE worker_lane ADD CONSTRAINT worker_lane_queue_check
    CHECK (queue IN ('usage', 'accounts', 'tasks', 'upkeep', 'columnstore'));

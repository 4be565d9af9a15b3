/// Everything the screen can say, by name. Each language gives each a text; `{}` marks where a figure or a name goes.
package enum Word: CaseIterable, Sendable {
    case help, helpSummary, palette, paletteSummary, filter, filterSummary, zoom, zoomSummary
    case open, openSummary, back, backSummary, pause, pauseSummary, health, business
    case alerts, geo, colours, healthSummary, businessSummary, alertsSummary, geoSummary, coloursSummary, next,
        previous, focusNextSummary, focusPreviousSummary
    case up, upSummary, down, downSummary, pageUp, pageUpSummary, pageDown, pageDownSummary
    case first, firstSummary, last, lastSummary, nextPage, nextPageSummary, redraw, redrawSummary
    case suspend, suspendSummary, quit, quitSummary, noSuchKey, disabled, pasteIgnored, kioskStays
    case readOnlyWall, noPaneShown, emptyPane, tooSmall, onlyOnWall, sizeNeeded, engineSilentSince, engineSilentShort,
        engineNeverSeen, engineNeverSeenShort
    case startEngine, notRecording, pausedSince, ok, warning, critical, unknown, okCount
    case warningCount, criticalCount, criticalShort, unknownCount, unknownShort, neverRead, lastKnown, nothingConfigured
    case nothingMatches, noManifest, allWell, nothingJudged, since, more, operatorMode, kioskMode
    case paused, silent, filterIs, filterPrompt, noAlerts, alertsUnknown, alertsPartly, firing, resolved, asOf
    case newBelow, worst, quiet, quietCount, breachCount, noTraffic, fewRequests
    case regionMore, live, idle, canary, shareUnknown, healthy, healthUnknown, doorOk
    case doorBroken, doorUnknown, split, errors, serves, nobodyServes, servingUnknown, checkedAgo
    case detailTitle, detailValue, detailAge, detailVerdict, detailInterval, detailThresholds, detailMiss, detailInputs
    case detailLatest, warningBound, criticalBound, noThresholds, noMiss, probed, noChart, aboveBound
    case belowBound, helpTitle, helpNote, helpQuit, paletteTitle, palettePlaceholder, noFind, heartbeat, heartbeatNone
    case wallClock, keep, panes, noHistory, isUp, isDown, journalEnds, outsideWindow, lastKnownShort
    case deploy, deploySummary, rollback, rollbackSummary, promote, promoteSummary, abort, abortSummary, hold
    case holdSummary, deployments, deploymentsSummary, noDeployment, actionsLocked, screenPaused, nothingRuns
    case deployedBefore, versionUnknown, versionAgo, noSuchColour, nothingDone, goesOn, couldNotStart
    case deployTitle, rollbackTitle, promoteTitle, abortTitle, holdTitle, versionQuestion, versionHint
    case colourQuestion, colourHint, labelFrom, labelTo, labelEdges, labelLast, labelFiring, labelRuns, labelReason
    case labelMind, labelAbout, typeVersion, typeColour, typeForce, doesNotAnswer, inFlight, timeAgo
    case nothingFires, worldMoved, enterInField, enterToButton, typeFirst, settlingNote, lockedNote, pasteNote
    case discardedKey, discardedKeys, noButton, yesDeploy, yesRollback, yesForce, yesPromote, yesAbort, yesHold
    case typeFirstShort, lockedShort, starting, noWordYet, leaveGoesOn, heldNow, held, tookTime, runningFor,
        missingEdges
    case finishOrUndo, outcomeDone, outcomeWentBack, outcomeFailed, outcomeCalledOff, outcomeRefused, outcomePreempted,
        outcomeUndecided, outcomeDied
    case isRunning, personNeeded, stepOf, beforeAnyStep, edgeCount, edgesCount, lightReady, lightUnwell, lightBlocked,
        lightUnknown,
        runwayOpen
    case runwayUnlimited, runwayOver, runwayClosed, goesBack, diedAt, splitBrain, missingSince
    case lockedBy, deploysFrozen, noMoveYet, deploymentsTitle, actionCount, noActions, noSuchAction, columnWhen
    case columnWhat, columnOutcome, columnTo, columnWho, columnTook, columnReason, summary, missing, continues
    case watchIncident, theIncident, recovered, wrecovered
    case asked, fromClient, watchTitle, watchMedians, servingLatency, servingErrors, servingRequests, better, same
    case worse, different, tooLittle, helpNoteWall
    case agoShort, typeShort, hintGrave, hintRoutine, diedShort, diedRollbackShort
    case approveTitle, approveOtherTitle, approvalNotice, approvesIt, yesApprove, asking, noStepSeen
    case goBackStep
    // MARK: What was left, and what waits for a person
    case deedWentBack, deedAborted, deedRolledBack, deedReturned, deedUnproven, lightLeft, leftAgo, runwayLeft
    case personBanner, goesOnOrBack, onOrBack, goesOnOrTaken, finishes, finishesOrUndoes, rollsOver
    case rollsBack, sendsAll, changedOnReturn, unlessConfirmed, showsIt
    case labelWaits, labelNext, backUnlessDecided, endsAsGood, suggestedReason
    case cannotStart, helpCommands
    // MARK: Actions that hang
    case hangs, hangsAt, hangsShort
    // MARK: Backups and drills
    case backups, backupsSummary, noBackups, backupsTitle, backupAge, backupProof, backupRestoreTime, backupAttempt
    case backupNext, drillNext, notScheduled, backupSizes, noBackupYet, columnSize, columnRows, columnBackup
    case columnStanding, columnDrill, backupDamaged, backupPruned, backupProved, backupRead, backupTaken, drillRuns
    // MARK: Alerts
    case upAgain, wellAgain, wellNoMore, chainWaits, noReading, heardAgain, readAgain, figuresThen, figuresThenNow
    case ack, ackSummary, silence, silenceSummary, escalate, escalateSummary, escalation, escalationSummary
    case noPolicy, nothingFiresHere, alarmTitle, ackTitle, unackTitle, silenceTitle, endSilenceTitle
    case escalateTitle, info, infoCount, takenCount, hushedCount, quietShort, behindShort, exhaustedShort
    case somebody, resolvedAgo, resolvedShort, silencedFor, silencedNow, inhibitedBy, ackedBy, untilTime
    case unacked, chainExhausted, chainBegins, chainStep, nextIn, againIn, nobodyElseAfter, overdueBy, overdueShort,
        columnStatus, columnSince
    case columnAlert, columnValue, columnResponder, columnStep, columnRunbook, columnTrend, silencesTitle
    case timeLeft, beginsIn, toldNow, alertAsked, alertDone, labelComment, labelWhy, commentFirst, commentFirstShort,
        labelAlert,
        labelFor, labelWhat, labelStep
    case labelPolicy, labelMatches, labelCalls, untilResolved, takeBack, thisAlert, wholeRule, unackMeans
    case ackStopsChain, ackUntil, ackForGood, matchesNow, silentUntil, callsNow, callsIn, reachesNobody, reachedBy,
        typeAlert
    case typeWho, typeNameFirst, hintRoutineKnobs, hintGraveKnobs, yesAck, yesUnack, yesSilence, yesEndSilence
    case yesEscalate, troubleQuestion, troubleHint, troubleMissing, alertGone, silencedBy, inhibitor
    case pendingCount, pendingYet
    case silenceUntil, ruleLabel, seriesLabel, labelsLabel, sourceLabel, storyTitle, pendingSince, firingSince
    case resolvedAt, firedTimes, chainLabel, nobodyIsTold, storyPending, storyCleared, storyFired
    case storyResolved, storyAcked, storyUnacked, storyLapsed, storySilenced, storyLoud, byWhom, startedByHand
    case chainAsked, goesRoundAgain, nobodyAfter, thenStep, chainAcked, chainResolved, chainHushed
    case chainCancelled, attemptCount, pageQueued, pageSent, pageDelivered, pageDeferred, pageFailed
    case pageExpired, purposePage, purposeAcked, purposeResolved, purposeTest, purposeChange, purposeDigest
    case escalationTitle, chainsRunning, chainsExhausted, onCallTitle, noSchedule, nobodyOnCall, thenOnCall
    case rotaElsewhere, chainsTitle, noChain, alertCount, contactsTitle, noContact, noWay, neverProved
    case provedAgo, proofIsOld, pagesTitle, noPageSent, ackRefused

    // MARK: Regions and business figures
    case fewShort, fewCount, regionPercentiles, regionRequests, regionErrors, regionUsers, regionPeople, regionCities
    case regionStandsOn, requestCount, shareOfAll, shareOfCountry, notOnMap
    case weekShort, ofEvents, sinceWeek, sinceDeploy, targetMet, targetMissed, inWindow, notCompared, unjudged
    case regionCDN, cdnHits
    case labelTarget, labelEvents, labelWeek, labelDeploy

    case oneHost, hostCount, median
    // MARK: The past
    case stepBack, stepBackSummary, stepForward, stepForwardSummary, eventBefore, eventBeforeSummary
    case eventAfter, eventAfterSummary, goToTime, goToTimeSummary, rewindFuture, recordingEnds, rewindNoTime
    case rewindEvent, rewindTime, rewindNow, rewindBanner, replayBanner, rewindCritical, rewindPrompt, rewindExamples,
        rewindPlay
    case screenRewound, alreadyNow, rewound, replayMode, shot, shotSummary
    case preemptedBy
    // MARK: The wall
    case wallWell, valueHidden
    // MARK: Operations
    case checklist, checklistSummary, handover, handoverSummary, noChecklist, checklistTitle, checklistDone
    case checklistOverdue, checklistNotice, columnTask, columnOwner, columnDue, columnTick, tickQuestion,
        untickQuestion, tickHint, heldEnter
    case itemDone, itemOverdue, itemLeft, itemOpen, itemTakenBack, operationsTitle, operationSetup, operationHealth
    case operationMonitor, operationDeploy, operationRollback, operationContacts, operationFlags, operationReport
    case handoverTitle, handoverSinceLook, handoverSinceShift, handoverNow, handoverChanged, handoverWho
    case handoverNothingFires, handoverNothingRuns, handoverNothingChanged, handoverNobody, handoverRuns
    case handoverSilencedUntil, handoverNoSilence, handoverLapses, handoverFired, handoverResolved, handoverWatches
    case handoverIdle, handoverLastKey, handoverOpenItems, handoverAllDone, handoverUnowned, watchersToo
    case backupAgainst, backupNoWeek
    case handoverClock, handoverPoll, handoverHeld, handoverWaiver, handoverAttestation, handoverConfig
    // MARK: Security
    case security, securitySummary, securityTitle, securityWorst, securityNothing, securityCertificates
    case securityFindings, securityNoFinding, securityRefused, securityReasons, securityCountries, securityRules,
        securityBans
    case securityNoRefusal, securityBlocked, securityJails
    // MARK: Flags
    case flag, flagSummary, flags, flagsSummary, noFlags, noRamp, noSuchFlag, whichOfThese, noSuchShare, flagQuestion,
        flagHint
    case shareQuestion, shareHint, flagSetTitle, flagOffTitle, flagOnTitle, flagRampTitle, rampAbortTitle
    case rampHoldTitle, rampGoOnTitle, typeFlag, typeFlagFirst, yesSet, yesOff, yesRamp, goBackShare, stepBackShare
    case flagsTitle, flagCount, columnFlag, columnState, columnShare, columnNext, columnUsers, columnChanged, columnRamp
    case flagOn, flagOff, flagUnknown, flagFaulty, usersOf, usersMore, usersFewer, usersUnknown, usersAnew, allowedCount
    case labelState, labelUsers, labelGuard, labelRamp, labelAge, labelRule, labelBy, labelChanges, noGuard
    case readAgo, rampNext, rampLast, rampDueShort, rampHolds, rampHoldsShort, rampPaused, rampPausedShort,
        rampBackShort, rampSteppedBack, rampDone, rampDied, rampEvery, chooseOff, chooseOn
    case chooseRamp, noChangeKnown, foundChanged, marksLabel, flagsAsOf, nobodyNamed, rampDiedNotice, rampBackNotice
    // MARK: Readiness
    case readiness, readinessSummary, say, saySummary, noReadiness, noSuchWord, wordQuestion, wordHint
    case pollGo, pollHold, pollUnknown, pollNoGo, readinessTitle, stationTitle, columnStation, columnPoll, columnBy
    case columnEvidence, columnWhy, clockLabel, clockHeldFor, windowOpen, windowNever
    case windowOpens, watchLeft, pollHeld, rollCallLabel, rollCallNever, rollCallAsked
    case standsBy, standsNot, standsWaiting, standsSilent, standsLapsed, standsNotAsked, waivedUntil, waiverLapsed
    case heldBy, attestedUntil, stationGone, evidenceTitle, saidTitle, nothingSaid, waiverNotice, clockHoldNotice
    case evidenceMore, notOnThisPage
    case sayGoTitle, sayNoGoTitle, waiveTitle, endWaiverTitle, holdStationTitle, holdPollTitle, releaseTitle
    case releasePollTitle, rollCallTitle, holdClockTitle, resumeClockTitle, yesSay, yesWaive, yesHoldStation
    case yesRelease, yesRollCall, yesResume, typeStation, typeStationFirst, labelStation, labelUntil, labelAsks
    case noteSayGo, noteSayNoGo, noteWaive, noteEndWaiver, noteHold, noteHoldPoll, noteRelease, noteReleasePoll
    case purposeRollCall, noteRollCall, noteHoldClock, noteResumeClock, holdTag, sinceBy
    // MARK: What runs, and what it is compared with
    case partOfTraffic, figureAgainst, latencyShort, wayBackLost, leftReplaced, nothingBack, labelSteps, courseSteps,
        courseWatch
    case courseApprovals, courseConfirm, courseCompares, ageOf, typedAnother, typedAnotherShort, helpMore
    case recordingBegins, nothingRecordedYet, oneAction, securityWatched, securityUnwatched
    // MARK: What is not known yet, or no longer
    case checking, lightChecking, readingJournal, readingHangs, handoverSilent, handoverNeverHeard, handoverNothingKnown
    case handoverNothingKnownRuns, neverProvedShort, proveIt
}
